// The constant inputs of a lading.TreeEnsemble node, by the names of section 12 of the format.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "operators/checks.hpp"
#include "operators/operator.hpp"

namespace lading::trees {

class Arrays {
 public:
  explicit Arrays(const Definition& definition) : definition_(definition) {}

  bool has(const char* name) const { return definition_.has_input(place(name)); }
  // The array itself, which must be a constant of one of these types, of one axis up to `most_axes`.
  const Tensor& tensor(const char* name, Types allowed, int most_axes) const;
  std::vector<std::int32_t> integers(const char* name) const;
  std::vector<std::uint32_t> words(const char* name) const;
  std::vector<std::uint8_t> bytes(const char* name) const;
  std::vector<double> reals(const char* name, int most_axes = 1) const;
  void check_length(const char* name, std::size_t length, std::size_t expected, const char* of) const;

 private:
  static int place(const char* name);
  const Definition& definition_;
};

// A real attribute in double precision: 0.1 of a forest means the double next to it.
double real_attribute(const Definition& definition, const char* name, double otherwise);

}  // namespace lading::trees
