// MVAUtils::BDT as athena's code calls it: mvautils FUNCTION BUNDLE ROWS COLUMNS
#include <lading/compat/mvautils.hpp>

#include "rows.hpp"

int main(int, char** argv) {
  const std::string function = argv[1];
  MVAUtils::BDT bdt(argv[2]);
  if (function == "refusals") {
    refusal([&] { bdt.GetClassification(std::vector<float>(9)); });
    refusal([&] { bdt.GetMultiResponse(std::vector<float>(9), 3); });
    refusal([&] { bdt.GetResponse(std::vector<float>(2)); });
    std::printf("%g %zu %d\n", bdt.GetResponse(), bdt.GetMultiResponse(3).size(), bdt.GetNVars());
    return 0;
  }
  std::vector<float> values(std::stoul(argv[4]));
  std::vector<float*> pointers;
  for (float& value : values) pointers.push_back(&value);
  bdt.SetPointers(pointers);
  for (const auto& row : read_rows(argv[3], values.size())) {
    values = row;
    if (function == "response")
      print_all(std::vector<float>{bdt.GetResponse(row), bdt.GetResponse(pointers), bdt.GetResponse()});
    if (function == "classification")
      print_all(
          std::vector<float>{bdt.GetClassification(row), bdt.GetClassification(pointers), bdt.GetClassification()});
    if (function == "gradient")
      print_all(std::vector<float>{bdt.GetGradBoostMVA(row), bdt.GetGradBoostMVA(pointers), bdt.GetGradBoostMVA()});
    if (function == "multi")
      for (const auto& each :
           {bdt.GetMultiResponse(row, 3), bdt.GetMultiResponse(pointers, 3), bdt.GetMultiResponse(3)})
        print_all(each);
    end_line();
  }
}
