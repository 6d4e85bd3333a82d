// GBRForest as CMSSW's code calls it: gbrforest BUNDLE ROWS
#include <lading/compat/gbrforest.hpp>

#include "rows.hpp"

int main(int, char** argv) {
  std::vector<std::string> names;
  const GBRForest forest(argv[1], names);
  for (const auto& name : names) std::printf("%s ", name.c_str());
  end_line();
  for (const auto& row : read_rows(argv[2], names.size())) {
    print(forest.GetResponse(row.data()));
    print(forest.GetAdaBoostClassifier(row.data()));
    print(forest.GetGradBoostClassifier(row.data()));
    print(forest.GetClassifier(row.data()));
    end_line();
  }
}
