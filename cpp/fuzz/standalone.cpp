// Drives a fuzz target where libFuzzer is not at hand: runs every seed, then mutations of seeds and of what they
// became, always in the same order.
//   bundle SECONDS SEED FILE...
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t largest = 1 << 16;
const char* const words[] = {"\"inputs\"", "\"axes\"", "\"from\"", "\"nan\"", "\"variable\"", "null", "-1", "9223372036854775807", "1e308", "[]", "{}",
                             "\"data_offsets\"", "\"shape\"", "\"F32\"", "\"file\"", "\"graphs\"", "[[[[[[", "PK\1\2", "PK\5\6"};

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}
  std::string operator()(const std::vector<std::string>& corpus) {
    std::string made = one(corpus);
    for (std::size_t times = 1 + below(5); times--;) change(made, corpus);
    if (made.size() > largest) made.resize(largest);
    return made;
  }
  std::size_t below(std::size_t n) { return n ? random_() % n : 0; }

 private:
  const std::string& one(const std::vector<std::string>& corpus) { return corpus[below(corpus.size())]; }
  void change(std::string& text, const std::vector<std::string>& corpus) {
    const std::size_t at = below(text.size() + 1), length = std::min(text.size() - at, below(32));
    const std::string& other = one(corpus);
    const std::size_t from = below(other.size() + 1);
    switch (below(6)) {
      case 0: text.erase(at, length); break;
      case 1: text.insert(at, text, below(text.size() + 1), length); break;
      case 2: text.replace(at, length, words[below(std::size(words))]); break;
      case 3: text.replace(at, length, other, from, below(64)); break;
      case 4: if (at < text.size()) text[at] = static_cast<char>(random_()); break;
      default: if (at < text.size()) text[at] = static_cast<char>(text[at] ^ 1 << below(8));
    }
  }
  std::mt19937 random_;
};

std::string bytes_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::fprintf(stderr, "usage: bundle SECONDS SEED FILE...\n");
    return 2;
  }
  std::vector<std::string> corpus;
  for (int i = 3; i < count; ++i) corpus.push_back(bytes_of(arguments[i]));
  for (const std::string& seed : corpus) run(seed);
  const std::size_t seeds = corpus.size();
  Mutator mutate(static_cast<unsigned>(std::atoi(arguments[2])));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(arguments[1]));
  long runs = 0;
  for (; std::chrono::steady_clock::now() < end; ++runs) {
    const std::string input = mutate(corpus);
    {                                               // what a crash leaves behind
      std::ofstream("crash.input", std::ios::binary) << input;
    }
    run(input);
    if (corpus.size() < 16 * seeds) corpus.push_back(input);
    else corpus[seeds + mutate.below(corpus.size() - seeds)] = input;
  }
  std::remove("crash.input");
  std::printf("%ld runs from %zu seeds\n", runs, seeds);
}
