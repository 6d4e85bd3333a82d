// ln of a sum of e^x of float64, in order, relative to the largest so far.
#pragma once
#include "double_exponential.hpp"

namespace detail {

struct LogSumExp {
  double top = -infinity, sum = 0;
  void add(double x) {
    if (x > top) {
      sum = sum * exp(top - x) + 1;
      top = x;
    } else {
      sum += x == top ? 1 : exp(x - top);
    }
  }
  double result() const { return log(sum) + top; }
};

}  // namespace detail
