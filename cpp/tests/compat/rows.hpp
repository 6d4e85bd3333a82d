// What the programs of this folder share: rows come from a file of float32, results go out as exact numbers.
#pragma once

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

inline std::vector<std::vector<float>> read_rows(const char* path, std::size_t columns) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::vector<float>> rows;
  std::vector<float> row(columns);
  const auto bytes = static_cast<std::streamsize>(columns * sizeof(float));
  while (file.read(reinterpret_cast<char*>(row.data()), bytes)) rows.push_back(row);
  return rows;
}
inline void print(double number) { std::printf("%a ", number); }
template <class Numbers> void print_all(const Numbers& numbers) {
  for (const auto number : numbers) print(static_cast<double>(number));
}
inline void end_line() { std::printf("\n"); }
// What the call threw, on a line.
template <class Call> void refusal(const Call& call) {
  try {
    call();
    std::printf("nothing was refused\n");
  } catch (const std::exception& error) { std::printf("%s\n", error.what()); }
}
