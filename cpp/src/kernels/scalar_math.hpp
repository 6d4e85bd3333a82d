// Elementary functions of one float64, ours, so that no result depends on the C library: they need a correctly
// rounded fma and sqrt, which IEEE 754 has, and rounding to nearest. The error is below 0.8 units in the last
// place. NaN, infinities, signed zeros and limits are as in Annex F of the C standard, but nothing is raised.
#pragma once

namespace lading::scalar_math {

double exp(double x);
double expm1(double x);
double log(double x);
double log1p(double x);
double log2(double x);
double log10(double x);
double pow(double x, double y);

double sin(double x);
double cos(double x);
double tan(double x);
double asin(double x);
double acos(double x);
double atan(double x);

double sinh(double x);
double cosh(double x);
double tanh(double x);
double asinh(double x);
double acosh(double x);
double atanh(double x);

double erf(double x);
double sigmoid(double x);   // 1 / (1 + e^-x)
double softplus(double x);  // ln(1 + e^x)

// For float32: the float64 result rounded once; rounded<exp>(x).
template <double (*f)(double)> float rounded(float x) { return static_cast<float>(f(x)); }

}  // namespace lading::scalar_math
