// TMVA::Reader as analyses call it: tmva_reader FUNCTION BUNDLE ROWS NAME...; rows hold the numbers in the order of the
// names, which go to the reader from the last to the first. nTracks is an integer; behind "--" stand spectators.
#include <lading/compat/tmva_reader.hpp>

#include "rows.hpp"

struct String {  // what ROOT's TString has
  const char* Data() const { return text; }
  const char* text;
};

int main(int count, char** argv) {
  const std::string function = argv[1];
  std::vector<std::string> names, spectators;
  for (int i = 4; i < count; ++i) {
    if (std::string(argv[i]) == "--") spectators = {argv + i + 1, argv + count}, i = count;
    else names.push_back(argv[i]);
  }
  const std::size_t columns = names.size() + spectators.size();
  std::vector<Float_t> values(columns);
  Int_t tracks = 0;
  TMVA::Tools::Instance();
  auto* reader = new TMVA::Reader("!Color:!Silent");
  for (std::size_t i = names.size(); i-- > 0;) {
    if (names[i] == "nTracks") reader->AddVariable(names[i], &tracks);
    else reader->AddVariable(names[i], &values[i]);
  }
  for (std::size_t i = 0; i < spectators.size(); ++i) reader->AddSpectator(spectators[i], &values[names.size() + i]);
  if (function == "refusals") {
    refusal([&] { reader->BookMVA("BDT", argv[2]); });
    refusal([&] { reader->EvaluateMVA("BDTG"); });
    return 0;
  }
  if (!reader->BookMVA(String{"BDT"}, argv[2]) || !reader->FindMVA("BDT") || reader->FindMVA("BDTG")) return 1;
  for (const auto& row : read_rows(argv[3], columns)) {
    values = row;
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == "nTracks") tracks = static_cast<Int_t>(row[i]);
    const std::vector<float> given(row.rend() - static_cast<std::ptrdiff_t>(names.size()), row.rend());
    if (function == "mva") {
      print(reader->EvaluateMVA("BDT"));
      print(reader->EvaluateMVA(given, String{"BDT"}, 0.5));
      print(reader->EvaluateMVA(std::vector<double>(given.begin(), given.end()), "BDT"));
    } else if (function == "spectators") {
      print(reader->EvaluateMVA(std::string("BDT"), 0));
    } else if (function == "regression") {
      print_all(reader->EvaluateRegression("BDT"));
      print(static_cast<double>(reader->EvaluateRegression(0, "BDT")));
    } else {
      print_all(reader->EvaluateMulticlass("BDT"));
      print(static_cast<double>(reader->EvaluateMulticlass(2, "BDT")));
    }
    end_line();
  }
  if (function == "spectators") refusal([&] { reader->EvaluateMVA(std::vector<float>(names.size()), "BDT"); });
  if (function == "multiclass") {
    refusal([&] { reader->EvaluateMVA("BDT"); });
    refusal([&] { reader->EvaluateMulticlass(3, "BDT"); });
    refusal([&] { reader->AddVariable("late", values.data()); });
  }
  delete reader;
}
