// Makes mistakes and prints what it is told, for Python to make the same ones.
//   texts FOLDER
#include <cmath>
#include <cstdlib>

#include "check.hpp"
#include "events.hpp"

namespace {

template <class F> void mistake(const char* name, F&& f) { std::printf("%s\t%s\n", name, text_of(f).c_str()); }

// A batch of two good events but for one column.
template <class T> void feed(const lading::Model& model, const lading::Variable& variable, T first, T second) {
  const Events events(model, 2);
  auto room = events.room(model);
  auto columns = events.given();
  const std::vector<T> values{first, second};
  columns[std::size_t(variable.slot.column)] = lading::column(variable, values.data());
  lading::Session{model}.run_batch(2, columns, events.results(room), events.given_offsets());
}

template <class T> void feed(const lading::Model& model, const lading::Variable& variable, T value) {
  feed(model, variable, value, value);
}

// The key of the second of two events, which says what training is applied.
template <class T> void key(const lading::Model& model, T value) {
  feed(model, model.variable("event", "number", ""), T(3), value);
}

// Two events with three elements, and with a negative number of them.
void elements(const lading::Model& model, std::int64_t count) {
  const Events events(model, 2);
  auto room = events.room(model);
  auto offsets = events.given_offsets();
  const std::int64_t wrong[] = {0, 3, 3 + count};
  offsets[0].offsets = wrong;
  lading::Session{model}.run_batch(2, events.given(), events.results(room), offsets);
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
  const auto folds = lading::load(folder + "/folds");
  mistake("key that is no number", [&] { key(folds, std::nan("")); });
  mistake("key that is not whole", [&] { key(folds, 12.5F); });
  mistake("key that is too large", [&] { key(folds, std::uint64_t{1} << 63); });
  mistake("key that is much too large", [&] { key(folds, 1e19); });
  mistake("negative count of a fold", [&] { elements(folds, -1); });
  mistake("negative count", [&] { elements(tagger, -2); });
  mistake("memory", [&] {
    const auto sums = lading::load(folder + "/sums", 100000);
    const std::vector<double> x(100000);
    const std::vector<std::int64_t> offsets = {0, 100000};
    lading::Session{sums}.run_batch(
        1, {column(sums.variable("hits", "x", "mm"), x.data()), column(sums.variable("hits", "y", "mm"), x.data())}, {},
        {{sums.axis("hit"), offsets.data()}});
  });
}
