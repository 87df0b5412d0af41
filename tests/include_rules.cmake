# Fails when a file includes what its layer may not know (docs/architecture.md, "Layers").
# Usage: cmake -D SOURCE_DIR=... -P include_rules.cmake
set(failures 0)

function(forbid folder exclude pattern why)
  file(GLOB_RECURSE files "${SOURCE_DIR}/${folder}/*.hpp" "${SOURCE_DIR}/${folder}/*.cpp")
  foreach(file IN LISTS files)
    if(exclude AND file MATCHES "${exclude}")
      continue()
    endif()
    file(STRINGS "${file}" lines REGEX "^#include [<\"](${pattern})")
    foreach(line IN LISTS lines)
      message(SEND_ERROR "${file}: ${line}: ${why}")
      math(EXPR failures "${failures} + 1")
    endforeach()
  endforeach()
endfunction()

forbid(net "/net/io/" "caf/|actors/|app/|net/io/|boost/asio|boost/beast|spdlog|sqlite3"
  "the wire half knows no socket, no thread and no actor")
forbid(net "/net/json[a-z_]*\\.(hpp|cpp)$" "net/json_" "net/json.hpp is the one door")
forbid(net/io "" "caf/|actors/|app/|spdlog|sqlite3" "the Beast half knows no actor")
forbid(actors "" "boost/asio|boost/beast|net/io/|app/|spdlog|sqlite3|openssl/ssl"
  "actors see net/ports.hpp and packet values only")
forbid(net "/net/io/websocket_reader\\.cpp$" "boost/beast/websocket" "Beast's WebSocket is compiled in one file")
forbid(app "" "boost/beast" "Beast stays in net/io")
