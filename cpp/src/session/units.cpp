// Units: which can be converted into which, and by which single multiplication or division by a power of ten.
// docs/format.md and lading/feed/units.py hold the same table; a test compares the texts of the errors.
#include <cstdlib>

#include "session/model.hpp"

namespace lading {
namespace {

struct Unit {
  const char *kind, *name;
  int power;  // of ten
};

constexpr Unit units[] = {{"energy", "eV", 0},         {"energy", "keV", 3},  {"energy", "MeV", 6},
                          {"energy", "GeV", 9},        {"energy", "TeV", 12}, {"length", "m", 0},
                          {"length", "cm", -2},        {"length", "mm", -3},  {"length", "um", -6},
                          {"length", "nm", -9},        {"time", "s", 0},      {"time", "ms", -3},
                          {"time", "us", -6},          {"time", "ns", -9},    {"time", "ps", -12},
                          {"angle", "rad", 0},         {"angle", "mrad", -3}, {"angle in degrees", "deg", 0},
                          {"number", "1", 0},          {"number", "%", -2},   {"magnetic field", "T", 0},
                          {"magnetic field", "mT", -3}};

// The two micro signs of Unicode count as u.
std::string plain(std::string unit) {
  for (const char* micro : {"\u00b5", "\u03bc"})
    for (std::size_t at; (at = unit.find(micro)) != std::string::npos;) unit.replace(at, 2, "u");
  return unit;
}

const Unit& find(const std::string& unit, const std::string& what) {
  const std::string name = plain(unit);
  std::vector<std::string> known;
  for (const Unit& each : units) {
    if (name == each.name) return each;
    known.emplace_back(each.name);
  }
  throw Error(what + ": '" + unit + "' cannot be converted: no such unit " + suggestion(unit, known), Fault::unit);
}

std::string of_kind(const std::string& kind) {
  std::string text;
  for (const Unit& each : units)
    if (kind == each.kind) text += (text.empty() ? "'" : ", '") + std::string(each.name) + "'";
  return text;
}

// Exact for the powers that the table can ask for: at most 10^15.
double power_of_ten(int exponent) {
  double power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

Conversion unit_conversion(const std::string& from, const std::string& to, const std::string& what) {
  if (from == to) return {};
  if (to.empty())
    throw Error(what + ": '" + from +
                    "' cannot be converted: the model says no unit; feed it as it was in training, without a unit",
                Fault::unit);
  const Unit &start = find(from, what), &end = find(to, what);
  if (std::string(start.kind) != end.kind)
    throw Error(what + ": '" + from + "' (" + start.kind + ") cannot be converted into '" + to + "' (" + end.kind +
                    "); what can: " + of_kind(end.kind),
                Fault::unit);
  if (start.power == end.power) return {};
  const auto kind = start.power > end.power ? Conversion::Kind::multiply : Conversion::Kind::divide;
  return {kind, power_of_ten(std::abs(start.power - end.power))};
}

}  // namespace lading
