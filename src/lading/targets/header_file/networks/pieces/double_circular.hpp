// Circular functions of float64 and their inverses. Needs 128-bit integers, which 64-bit compilers have.
#pragma once
#include "double_double.hpp"

namespace detail {

inline constexpr DoubleDouble half_pi{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};

__extension__ typedef unsigned __int128 uint128;
__extension__ typedef __int128 int128;

// The bits of 2 / pi behind its binary point, after two words of zeros.
inline constexpr std::uint64_t two_over_pi[] = {0,
                                                0,
                                                0xa2f9836e4e441529,
                                                0xfc2757d1f534ddc0,
                                                0xdb6295993c439041,
                                                0xfe5163abdebbc561,
                                                0xb7246e3a424dd2e0,
                                                0x06492eea09d1921c,
                                                0xfe1deb1cb129a73e,
                                                0xe88235f52ebb4484,
                                                0xe99c7026b45f7e41,
                                                0x3991d639835339f4,
                                                0x9c845f8bbdf9283b,
                                                0x1ff897ffde05980f,
                                                0xef2f118b5a0a6d1f,
                                                0x6d367ecf27cb09b7,
                                                0x4f463f669e5fea2d,
                                                0x7527bac7ebe5f17b,
                                                0x3d0739f78a5292ea,
                                                0x6bfb5fb11f8d5d08,
                                                0x56033046fc7b6bab,
                                                0xf0cfbc209af4361d};
inline std::uint64_t bits_from(int bit) {
  const std::uint64_t *word = two_over_pi + bit / 64, high = word[0] << (bit % 64);
  return bit % 64 ? high | word[1] >> (64 - bit % 64) : high;
}

// x = quadrant pi / 2 + angle with |angle| <= pi / 4, and whole turns
struct Angle {
  unsigned quadrant;
  DoubleDouble angle;
};
inline Angle reduced_angle(double x) {
  if (std::fabs(x) < 0.78539816339744828) return {0, x};
  int exponent;
  const auto m = static_cast<std::uint64_t>(std::ldexp(std::frexp(std::fabs(x), &exponent), 53));
  exponent -= 53;
  // |x| 2 / pi = m 2^exponent 2 / pi. Bits of 2 / pi that stand for whole turns are left out: what remains is
  // 4 times the fraction of m times the 192 bits from here on.
  const int first = exponent - 2 + 128;
  const uint128 low = uint128{m} * bits_from(first + 128), middle = uint128{m} * bits_from(first + 64) + (low >> 64);
  const uint128 fraction = (uint128{m * bits_from(first)} << 64) + middle;
  const auto quadrant = static_cast<unsigned>(fraction >> 126);
  const auto rest = static_cast<int128>(fraction << 2);  // its sign bit rounds to the nearest quadrant
  const double high = static_cast<double>(rest), left = static_cast<double>(rest - static_cast<int128>(high));
  const DoubleDouble angle = DoubleDouble(std::ldexp(high, -128), std::ldexp(left, -128)) * half_pi;
  const unsigned nearest = (quadrant + (rest < 0)) & 3;
  return x < 0 ? Angle{(4 - nearest) & 3, -angle} : Angle{nearest, angle};
}

struct Circle {
  DoubleDouble sine, cosine;
};
// Taylor series for |a| <= pi / 4
inline Circle small_circle(DoubleDouble a) {
  constexpr double sine[] = {-1.0 / 6,
                             1.0 / 120,
                             -1.0 / 5040,
                             1.0 / 362880,
                             -1.0 / 39916800,
                             1.0 / 6227020800.0,
                             -1.0 / 1307674368000.0,
                             1.0 / 355687428096000.0};
  constexpr double cosine[] = {1.0 / 24,
                               -1.0 / 720,
                               1.0 / 40320,
                               -1.0 / 3628800,
                               1.0 / 479001600.0,
                               -1.0 / 87178291200.0,
                               1.0 / 20922789888000.0,
                               -1.0 / 6402373705728000.0};
  const DoubleDouble z = a * a;
  const double z2 = z.high * z.high;
  return {a + DoubleDouble(a.high * z.high * polynomial(sine, z.high)),
          DoubleDouble(1) + (DoubleDouble(-z.high / 2, -z.low / 2) + DoubleDouble(z2 * polynomial(cosine, z.high)))};
}
inline Circle circle(double x) {
  const Angle reduced = reduced_angle(x);
  const Circle c = small_circle(reduced.angle);
  switch (reduced.quadrant) {
    case 0: return c;
    case 1: return {c.cosine, -c.sine};
    case 2: return {-c.sine, -c.cosine};
    default: return {-c.cosine, c.sine};
  }
}

// The angle of the point (x, y), of length about 1, in the upper half of the plane.
inline double angle_of(DoubleDouble x, DoubleDouble y) {
  constexpr double rough[] = {0.99997004, -0.33170091, 0.18521592, -0.09192689, 0.02386355};  // of arctangent, to 3e-5
  const double width = std::fabs(x.high), height = y.high;
  const bool steep = height > width;
  const double t = steep ? width / height : height / width, part = t * polynomial(rough, t * t);
  double angle = steep ? half_pi.high - part : part;
  if (x.high < 0) angle = 2 * half_pi.high - angle;
  const Circle c = circle(angle);
  const double off = ((y * c.cosine - x * c.sine) / (x * c.cosine + y * c.sine)).rounded();  // a tangent
  const double square = off * off;
  return angle + (off - off * square * (1.0 / 3 - square / 5));
}

inline DoubleDouble other_side(double x) {  // sqrt(1 - x^2)
  return square_root(DoubleDouble(1) - exact_product(x, x));
}

inline double sin(double x) {
  if (std::fabs(x) < 0x1p-27 || !(std::fabs(x) < infinity)) return std::fabs(x) == infinity ? undefined : x;
  return circle(x).sine.rounded();
}

inline double cos(double x) {
  if (!(std::fabs(x) < infinity)) return x != x ? x : undefined;
  return circle(x).cosine.rounded();
}

inline double tan(double x) {
  if (std::fabs(x) < 0x1p-27 || !(std::fabs(x) < infinity)) return std::fabs(x) == infinity ? undefined : x;
  const Circle c = circle(x);
  return (c.sine / c.cosine).rounded();
}

inline double atan(double x) {
  const double size = std::fabs(x);
  if (x != x || size < 0x1p-27) return x;
  if (size > 0x1p60) return std::copysign(half_pi.high, x);
  const double angle = size > 1 ? angle_of(DoubleDouble(1) / DoubleDouble(size), 1) : angle_of(1, size);
  return std::copysign(angle, x);
}

inline double asin(double x) {
  if (x != x || std::fabs(x) < 0x1p-27) return x;
  if (std::fabs(x) > 1) return undefined;
  return std::copysign(angle_of(other_side(x), std::fabs(x)), x);
}

inline double acos(double x) {
  if (x != x) return x;
  if (std::fabs(x) > 1) return undefined;
  return x == 1 ? 0 : angle_of(x, other_side(x));
}

}  // namespace detail
