// Makes mistakes and prints what it is told, for Python to make the same ones.
//   texts FOLDER
#include <cstdlib>

#include "check.hpp"
#include "events.hpp"

namespace {

template <class F> void mistake(const char* name, F&& f) { std::printf("%s\t%s\n", name, text_of(f).c_str()); }

// A batch of good events but for one column.
template <class T> void feed(const lading::Model& model, const lading::Variable& variable, T value) {
  const Events events(model, 2);
  auto room = events.room(model);
  auto columns = events.given();
  const std::vector<T> values(2, value);
  columns[std::size_t(variable.slot.column)] = lading::column(variable, values.data());
  lading::Session{model}.run_batch(2, columns, events.results(room), events.given_offsets());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::string folder = arguments[1];
  setenv("LADING_ISA", "avx521", 1);
  mistake("instruction set", [&] { lading::load(folder + "/tagger"); });
  unsetenv("LADING_ISA");
  const auto tagger = lading::load(folder + "/tagger"), steps = lading::load(folder + "/steps");
  mistake("input", [&] { tagger.variable("jet", "pt", "MeV"); });
  mistake("variable", [&] { tagger.variable("jets", "pT", "MeV"); });
  mistake("output", [&] { tagger.label("flavor", "p_b"); });
  mistake("label", [&] { tagger.label("flavour", "p_d"); });
  mistake("axis", [&] { tagger.axis("tracks"); });
  mistake("unit of another kind", [&] { tagger.variable("jets", "pt", "mm"); });
  mistake("unknown unit", [&] { tagger.variable("jets", "pt", "Gev"); });
  mistake("unit of integers", [&] { steps.variable("counts", "n", "GeV"); });
  mistake("infinite", [&] { feed(steps, steps.variable("doubles", "half", ""), 1e39); });
  mistake("no integer", [&] { feed(steps, steps.variable("counts", "n", ""), 1.5); });
  mistake("too large", [&] { feed(steps, steps.variable("counts", "n", ""), 1e19); });
  mistake("category", [&] { feed(steps, steps.variable("counts", "mode", ""), 3); });
  mistake("memory", [&] {
    const auto sums = lading::load(folder + "/sums", 100000);
    const std::vector<double> x(100000);
    const std::vector<std::int64_t> offsets = {0, 100000};
    lading::Session{sums}.run_batch(
        1, {column(sums.variable("hits", "x", "mm"), x.data()), column(sums.variable("hits", "y", "mm"), x.data())}, {},
        {{sums.axis("hit"), offsets.data()}});
  });
}
