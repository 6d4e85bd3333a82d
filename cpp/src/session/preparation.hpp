// The way of one variable from what was fed to the number the graph sees, as docs/format.md orders it:
// numbers that mean missing, unit, limits, stand-in, categories, steps, one rounding at the end.
#pragma once
#include <string>

#include "bundle/bundle.hpp"
#include "session/feed.hpp"

namespace lading {

class Preparation {
 public:
  // `variable` may be null: an input without names takes its numbers as they are.
  Preparation(const Variable* variable, Type raw, Type target, std::string text);

  // Numbers pass as they are when they are fed in the type of the tensor: they can be copied.
  bool trivial() const { return trivial_; }
  bool wants_flag() const { return missing_ && missing_->flag; }
  // A number, as fed, is one of those that mean missing.
  template <class Raw> bool means_missing(Raw fed) const;

  // Prepares `count` numbers, item by item `width` of them, from feed items [first, first + count / width)
  // into `prepared` (of the target type, contiguous). `work` holds 8 bytes per number, `mark` one.
  void run(const Feed& feed, const Feed* flag, std::int64_t first, std::int64_t count, std::int64_t width,
           std::byte* work, unsigned char* mark, std::byte* prepared) const;
  double pad(double axis_pad) const { return pad_ ? *pad_ : axis_pad; }

 private:
  template <class Raw>
  void run_as(const Feed& feed, const Feed* flag, std::int64_t first, std::int64_t count, std::int64_t width, Raw* work,
              unsigned char* mark, std::byte* prepared) const;
  template <class Raw>
  void mark_fed(const Raw* work, const Feed& feed, std::int64_t first, std::int64_t count, std::int64_t width,
                unsigned char* mark) const;
  template <class Raw> void mark_limits(const Raw* work, std::int64_t count, unsigned char* mark) const;
  template <class Raw> void categorise(Raw* work, std::int64_t count) const;
  template <class Raw> void convert(Raw* work, std::int64_t count, const Conversion& conversion) const;
  template <class Raw> void walk(Raw* work, std::int64_t count) const;
  template <class Raw> void finish(const Raw* work, std::int64_t count, std::byte* prepared) const;
  template <class Raw> void finish_half(const Raw* work, std::int64_t count, std::byte* prepared) const;

  Type raw_, target_;
  std::string text_;  // "variable 'pt' of input 'jets'"
  std::optional<Missing> missing_;
  std::vector<Step> steps_;
  std::vector<std::int64_t> categories_;
  std::optional<std::int64_t> unknown_;
  std::optional<double> pad_;
  bool trivial_ = false;
};

}  // namespace lading
