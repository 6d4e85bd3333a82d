#include "session/prepared_together.hpp"

#include <algorithm>
#include <cstring>

#include "session/steps.hpp"

namespace lading {
namespace {

constexpr std::size_t at_once = 64;  // numbers

bool is_real(Type type) { return type == Type::float32 || type == Type::float64; }

}  // namespace

bool PreparedTogether::suits(const Variable& variable, Type target) {
  if (!is_real(variable.raw) || !is_real(target) || !variable.categories.empty()) return false;
  if (!variable.missing) return true;
  const Missing& missing = *variable.missing;
  return missing.when_equal.empty() && !missing.above && !missing.below && !missing.flag;
}

bool PreparedTogether::alike(const Variable& one, const Variable& other) {
  const auto same = [](const Step& a, const Step& b) { return a.verb == b.verb; };
  if (one.raw != other.raw || one.missing.has_value() != other.missing.has_value()) return false;
  if (one.missing &&
      (one.missing->when_nan != other.missing->when_nan || one.missing->when_inf != other.missing->when_inf))
    return false;
  return std::equal(one.prepare.begin(), one.prepare.end(), other.prepare.begin(), other.prepare.end(), same);
}

PreparedTogether::PreparedTogether(const Variable* first, std::size_t count, Type raw, Type target)
    : first_(first), count_(count), raw_(raw), target_(target) {
  for (std::size_t s = 0; s < first->prepare.size(); ++s) {
    for (std::size_t v = 0; v < count; ++v) numbers_.push_back(first[v].prepare[s].a);
    for (std::size_t v = 0; v < count; ++v) numbers_.push_back(first[v].prepare[s].b);
  }
  for (std::size_t v = 0; v < count; ++v) numbers_.push_back(first[v].missing ? first[v].missing->value : 0);
}

bool PreparedTogether::run(std::size_t begin, std::size_t count, const std::byte* row, std::byte* prepared) const {
  bool fits = true;
  for (const std::size_t end = begin + count; begin < end && fits; begin += at_once) {
    const std::size_t some = std::min(at_once, end - begin);
    fits = raw_ == Type::float32 ? piece(begin, some, reinterpret_cast<const float*>(row), prepared)
                                 : piece(begin, some, reinterpret_cast<const double*>(row), prepared);
    row += at_once * size_of(raw_), prepared += at_once * size_of(target_);
  }
  return fits;
}

template <class Raw>
bool PreparedTogether::piece(std::size_t begin, std::size_t count, const Raw* row, std::byte* prepared) const {
  Raw work[at_once];
  std::memcpy(work, row, count * sizeof(Raw));
  if (first_->missing) replace_missing(begin, count, work);
  const double* numbers = &numbers_[begin];
  for (const Step& step : first_->prepare) {
    const auto a = [numbers](std::int64_t i) { return static_cast<Raw>(numbers[i]); };
    const auto b = [numbers, this](std::int64_t i) {
      return static_cast<Raw>(numbers[i + static_cast<std::int64_t>(count_)]);
    };
    take_step(step.verb, work, static_cast<std::int64_t>(count), a, b);
    numbers += 2 * count_;
  }
  return finish(work, count, prepared);
}

template <class Raw> bool PreparedTogether::finish(const Raw* work, std::size_t count, std::byte* prepared) const {
  bool fits = true;
  const auto round = [&](auto* to) {
    using Target = std::remove_reference_t<decltype(*to)>;
    for (std::size_t i = 0; i < count; ++i) {
      to[i] = static_cast<Target>(work[i]);
      if constexpr (sizeof(Target) < sizeof(Raw)) fits &= std::isinf(work[i]) == std::isinf(to[i]);
    }
  };
  if (target_ == Type::float32) round(reinterpret_cast<float*>(prepared));
  else round(reinterpret_cast<double*>(prepared));
  return fits;
}

template <class Raw> void PreparedTogether::replace_missing(std::size_t begin, std::size_t count, Raw* work) const {
  const Missing& missing = *first_->missing;
  const double* values = &numbers_[numbers_.size() - count_ + begin];
  for (std::size_t i = 0; i < count; ++i) {
    const bool gone = (missing.when_nan && std::isnan(work[i])) || (missing.when_inf && std::isinf(work[i]));
    if (gone) work[i] = static_cast<Raw>(values[i]);
  }
}

}  // namespace lading
