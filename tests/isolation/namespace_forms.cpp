#include "tests/isolation/namespace_forms.hpp"

#include "tests/isolation/keys.hpp"

#include <algorithm>
#include <cctype>

namespace arauto::isolation {

std::string namespace_for(namespace_form form, const tenant& own) {
  auto nsp = "/" + own.name;
  switch (form) {
  case namespace_form::root:
    return "/";
  case namespace_form::exact:
    return nsp;
  case namespace_form::ghost:
    return "/" + mark_of(ghosts_from + own.index, 'n') + own.name.substr(mark_of(0, 'n').size());
  case namespace_form::trailing_slash:
    return nsp + "/";
  case namespace_form::doubled_slash:
    return "/" + nsp;
  case namespace_form::other_case: {
    auto other = nsp;
    std::transform(other.begin(), other.end(), other.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return other;
  }
  case namespace_form::percent_encoded:
    return "/" + query_encoded(own.name);
  case namespace_form::with_query:
    return nsp + "?apikey=" + own.token;
  case namespace_form::beginning_of_name:
    return nsp.substr(0, mark_of(0, 'n').size());
  case namespace_form::nul_after_name:
    return nsp + std::string(1, '\0');
  case namespace_form::padded:
    return nsp + " ";
  }
  return nsp;
}

bool is_open(namespace_form form, reach with, const tenant& own) {
  return form == namespace_form::root ? with.is_known() : form == namespace_form::exact ? with.opens(own.index) : false;
}

} // namespace arauto::isolation
