// Drives a fuzz target where libFuzzer is not at hand: runs every seed, then mutations of seeds and of what they
// became, always in the same order.
//   bundle SECONDS SEED FILE...
#include <algorithm>
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
// There in targets whose inputs have a form to be kept.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed)
    __attribute__((weak));
extern "C" void __sanitizer_set_death_callback(void (*)()) __attribute__((weak));  // there in builds with a sanitizer

namespace {

constexpr std::size_t largest = 1 << 16;
const char* const words[] = {"\"inputs\"",   "\"axes\"", "\"from\"", "\"nan\"",
                             "\"variable\"", "null",     "-1",       "9223372036854775807",
                             "1e308",        "[]",       "{}",       "\"data_offsets\"",
                             "\"shape\"",    "\"F32\"",  "\"file\"", "\"graphs\"",
                             "[[[[[[",       "PK\1\2",   "PK\5\6"};

class Mutator {
 public:
  Mutator(unsigned seed, std::size_t seeds) : random_(seed), seeds_(seeds) {}
  // Most often a seed, so that what comes out still looks like a bundle.
  std::string operator()(const std::vector<std::string>& corpus) {
    std::string made = corpus[below(below(4) ? seeds_ : corpus.size())];
    if (LLVMFuzzerCustomMutator && below(16)) return in_form(std::move(made));
    for (std::size_t times = 1 + below(3); times--;) change(made, corpus);
    if (made.size() > largest) made.resize(largest);
    return made;
  }
  std::size_t below(std::size_t n) { return n ? random_() % n : 0; }

 private:
  std::string in_form(std::string made) {
    const std::size_t size = made.size();
    made.resize(largest);
    made.resize(LLVMFuzzerCustomMutator(reinterpret_cast<std::uint8_t*>(made.data()), std::min(size, largest), largest,
                                        static_cast<unsigned>(random_())));
    return made;
  }
  const std::string& one(const std::vector<std::string>& corpus) { return corpus[below(corpus.size())]; }
  void change(std::string& text, const std::vector<std::string>& corpus) {
    const std::size_t at = below(text.size() + 1), length = std::min(text.size() - at, below(32));
    const std::string& other = one(corpus);
    const std::size_t from = below(other.size() + 1);
    switch (below(8)) {
      case 0: text.erase(at, length); break;
      case 1: text.insert(at, text, below(text.size() + 1), length); break;
      case 2: text.replace(at, length, words[below(std::size(words))]); break;
      case 3: text.replace(at, length, other, from, below(64)); break;
      case 4:
        if (at < text.size()) text[at] = static_cast<char>(random_());
        break;
      case 5:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ 1 << below(8));
        break;
      case 6: change_digit(text, at); break;
      default: swap_words(text, at);
    }
  }
  // These two keep JSON well formed.
  void change_digit(std::string& text, std::size_t at) {
    at = text.find_first_of("0123456789", at);
    if (at != std::string::npos) text[at] = static_cast<char>('0' + below(10));
  }
  void swap_words(std::string& text, std::size_t at) {  // two texts in quotes
    const auto next = [&](std::size_t from) {
      const std::size_t begin = text.find('"', from);
      const std::size_t end = begin == std::string::npos ? begin : text.find('"', begin + 1);
      return std::pair(begin, end);
    };
    const auto [begin, end] = next(at);
    const auto [other, other_end] = next(below(text.size() + 1));
    if (end == std::string::npos || other_end == std::string::npos || other <= end) return;
    const std::string word = text.substr(begin, end - begin + 1);
    text.replace(other, other_end - other + 1, word);
  }
  std::mt19937 random_;
  std::size_t seeds_;
};

std::string bytes_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What a crash leaves behind.
const std::string* running = nullptr;
void keep_input() { std::ofstream("crash.input", std::ios::binary) << *running; }

void run(const std::string& input) {
  running = &input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::fprintf(stderr, "usage: bundle SECONDS SEED FILE...\n");
    return 2;
  }
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(keep_input);
  std::vector<std::string> corpus;
  for (int i = 3; i < count; ++i) corpus.push_back(bytes_of(arguments[i]));
  for (const std::string& seed : corpus) run(seed);
  const std::size_t seeds = corpus.size();
  Mutator mutate(static_cast<unsigned>(std::atoi(arguments[2])), seeds);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(arguments[1]));
  long runs = 0;
  for (; std::chrono::steady_clock::now() < end; ++runs) {
    const std::string input = mutate(corpus);
    run(input);
    if (corpus.size() < 16 * seeds) corpus.push_back(input);
    else corpus[seeds + mutate.below(corpus.size() - seeds)] = input;
  }
  std::printf("%ld runs from %zu seeds\n", runs, seeds);
}
