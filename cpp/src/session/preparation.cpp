#include "session/preparation.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "error.hpp"
#include "operators/convert.hpp"
#include "session/exact_conversion.hpp"
#include "session/steps.hpp"

namespace lading {

Preparation::Preparation(const Variable* variable, Type raw, Type target, std::string text)
    : raw_(raw), target_(target), text_(std::move(text)) {
  if (variable) {
    missing_ = variable->missing;
    steps_ = variable->prepare;
    categories_ = variable->categories;
    unknown_ = variable->unknown;
    pad_ = variable->pad;
  }
  trivial_ = !missing_ && steps_.empty() && categories_.empty() && raw == target;
}

void Preparation::run(const Feed& feed, const Feed* flag, std::int64_t first, std::int64_t count, std::int64_t width,
                      std::byte* work, unsigned char* mark, std::byte* prepared) const {
  switch (raw_) {
    case Type::float32: return run_as(feed, flag, first, count, width, reinterpret_cast<float*>(work), mark, prepared);
    case Type::float64: return run_as(feed, flag, first, count, width, reinterpret_cast<double*>(work), mark, prepared);
    default: return run_as(feed, flag, first, count, width, reinterpret_cast<std::int64_t*>(work), mark, prepared);
  }
}

template <class Raw>
void Preparation::run_as(const Feed& feed, const Feed* flag, std::int64_t first, std::int64_t count, std::int64_t width,
                         Raw* work, unsigned char* mark, std::byte* prepared) const {
  fetch(feed, first, count, width, work, text_);
  if (missing_) {
    std::memset(mark, 0, static_cast<std::size_t>(count));
    mark_fed(work, feed, first, count, width, mark);
    if (flag) mark_flagged(*flag, first, count, width, mark);
  }
  if (feed.conversion.kind != Conversion::Kind::none && !feed.from_slots) convert(work, count, feed.conversion);
  if (missing_) {
    mark_limits(work, count, mark);
    const Raw value = static_cast<Raw>(missing_->value);
    for (std::int64_t i = 0; i < count; ++i)
      if (mark[i]) work[i] = value;
  }
  if (!categories_.empty()) categorise(work, count);
  if constexpr (std::is_same_v<Raw, std::int64_t>) {
    if (!steps_.empty()) {  // integers continue as float64
      auto* real = reinterpret_cast<double*>(work);
      for (std::int64_t i = 0; i < count; ++i) real[i] = static_cast<double>(work[i]);
      walk(real, count);
      return finish(real, count, prepared);
    }
  } else {
    walk(work, count);
  }
  finish(work, count, prepared);
}

template <class Raw> bool Preparation::means_missing(Raw fed) const {
  bool missing = false;
  if constexpr (std::is_same_v<Raw, std::int64_t>)
    for (const std::int64_t number : missing_->when_equal_integer) missing |= fed == number;
  else
    for (const double number : missing_->when_equal) missing |= fed == static_cast<Raw>(number);
  return missing;
}
template bool Preparation::means_missing(float) const;
template bool Preparation::means_missing(double) const;
template bool Preparation::means_missing(std::int64_t) const;

template <class Raw>
void Preparation::mark_fed(const Raw* work, const Feed& feed, std::int64_t first, std::int64_t count,
                           std::int64_t width, unsigned char* mark) const {
  if (!feed.from_slots)
    for (std::int64_t i = 0; i < count; ++i) mark[i] |= means_missing(work[i]);
  if (!feed.missing) return;  // set() has compared
  const std::int64_t step = feed.stride ? width : 0;
  for (std::int64_t i = 0; i < count; ++i) mark[i] |= feed.missing[(first + i / width) * step + i % width];
}

template <class Raw> void Preparation::mark_limits(const Raw* work, std::int64_t count, unsigned char* mark) const {
  if constexpr (!std::is_same_v<Raw, std::int64_t>) {
    if (missing_->when_nan)
      for (std::int64_t i = 0; i < count; ++i) mark[i] |= std::isnan(work[i]);
    if (missing_->when_inf)
      for (std::int64_t i = 0; i < count; ++i) mark[i] |= std::isinf(work[i]);
  }
  if (missing_->above)
    for (std::int64_t i = 0; i < count; ++i)
      mark[i] |= std::isgreater(double(work[i]), double(static_cast<Raw>(*missing_->above)));
  if (missing_->below)
    for (std::int64_t i = 0; i < count; ++i)
      mark[i] |= std::isless(double(work[i]), double(static_cast<Raw>(*missing_->below)));
}

template <class Raw> void Preparation::categorise(Raw* work, std::int64_t count) const {
  for (std::int64_t i = 0; i < count; ++i) {
    std::size_t index = 0;
    while (index < categories_.size() && work[i] != static_cast<Raw>(categories_[index])) ++index;
    if (index < categories_.size()) {
      work[i] = static_cast<Raw>(index);
    } else if (unknown_) {
      work[i] = static_cast<Raw>(*unknown_);
    } else {
      std::string known;
      for (const std::int64_t category : categories_) known += (known.empty() ? "" : ", ") + std::to_string(category);
      throw Error(text_ + ": " + number_text(work[i]) + " is not one of its categories (" + known + ")", Fault::value);
    }
  }
}

template <class Raw> void Preparation::convert(Raw* work, std::int64_t count, const Conversion& conversion) const {
  if constexpr (!std::is_same_v<Raw, std::int64_t>) {
    const Raw factor = static_cast<Raw>(conversion.factor);
    if (conversion.kind == Conversion::Kind::multiply)
      for (std::int64_t i = 0; i < count; ++i) work[i] = work[i] * factor;
    else
      for (std::int64_t i = 0; i < count; ++i) work[i] = work[i] / factor;
  }
}

template <class Raw> void Preparation::walk(Raw* work, std::int64_t count) const {
  for (const Step& step : steps_) {
    const Raw a = static_cast<Raw>(step.a), b = static_cast<Raw>(step.b);
    take_step(
        step.verb, work, count, [a](std::int64_t) { return a; }, [b](std::int64_t) { return b; });
  }
}

// float16 and bfloat16, rounded once.
template <class Raw> void Preparation::finish_half(const Raw* work, std::int64_t count, std::byte* prepared) const {
  lading::convert(type_of<Raw>(), reinterpret_cast<const std::byte*>(work), target_, prepared, count);
  const std::uint16_t infinity = target_ == Type::float16 ? 0x7C00 : 0x7F80;
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint16_t bits;
    std::memcpy(&bits, prepared + i * 2, sizeof bits);
    if ((bits & 0x7FFF) == infinity && std::isfinite(static_cast<double>(work[i])))
      throw Error(text_ + ": " + number_text(work[i]) + " does not fit into " + std::string(name_of(target_)),
                  Fault::value);
  }
}

template <class Raw> void Preparation::finish(const Raw* work, std::int64_t count, std::byte* prepared) const {
  const auto as = [&](auto* out) {
    for (std::int64_t i = 0; i < count; ++i)
      out[i] = to_target<std::remove_reference_t<decltype(*out)>>(work[i], text_);
  };
  if (target_ == Type::float16 || target_ == Type::bfloat16) return finish_half(work, count, prepared);
  if (target_ == Type::float32) return as(reinterpret_cast<float*>(prepared));
  if (target_ == Type::float64) return as(reinterpret_cast<double*>(prepared));
  const std::size_t word = size_of(target_);
  for (std::int64_t i = 0; i < count; ++i, prepared += word) {
    const std::uint64_t number = to_whole(work[i], target_, text_);
    std::memcpy(prepared, &number, word);  // the machines that this runs on are little-endian
  }
}

}  // namespace lading
