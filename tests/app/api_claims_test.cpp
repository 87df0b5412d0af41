#include "tests/support/api_fixture.hpp"

#include <gmock/gmock.h>

namespace arauto::app {

using testing::HasSubstr;

class ApiClaims : public api_fixture {
protected:
  ApiClaims() { history = std::make_unique<fake_history>(); }

  http::response emit(const std::string& body, fields more = {}) {
    if (!board.current()->find("a"))
      have("a", "ta");
    return send(request_of("POST", "/event/emit/a", key, body, std::move(more)));
  }
  const std::vector<claim>& claims() const { return intake.taken.back().once->all(); }
};

TEST_F(ApiClaims, AreNoneUnlessTheyAreAskedFor) {
  emit(R"({"event":"call","data":1})");
  emit(R"({"event":"call","data":1,"id":null})");
  ASSERT_EQ(intake.taken.size(), 2U);
  for (const auto& x : intake.taken)
    EXPECT_EQ(x.once, nullptr);
}

TEST_F(ApiClaims, StandForTheWholeBodyUnderTheKeyOfARequest) {
  const auto body = R"([{"event":"call","data":1,"id":"x"},{"event":"call","data":2}])";
  emit(body, {{"Idempotency-Key", "k"}});
  ASSERT_EQ(claims().size(), 1U);
  EXPECT_EQ(claims()[0].first, 0U);
  EXPECT_EQ(claims()[0].count, 2U);
  const auto first = claims()[0];
  emit(body, {{"idempotency-key", "k"}});
  EXPECT_EQ(claims()[0].key, first.key);
  EXPECT_EQ(claims()[0].body, first.body);
  emit(R"({"event":"call","data":1})", {{"Idempotency-Key", "k"}});
  EXPECT_EQ(claims()[0].key, first.key);
  EXPECT_NE(claims()[0].body, first.body);
  emit(body, {{"Idempotency-Key", "K"}});
  EXPECT_NE(claims()[0].key, first.key);
}

TEST_F(ApiClaims, StandForEachEventThatHasAnId) {
  emit(R"([{"event":"call","data":1,"id":"x"},{"event":"call","data":2},{"data":3,"id":"y","event":"call"}])");
  ASSERT_EQ(claims().size(), 2U);
  EXPECT_EQ(claims()[0].first, 0U);
  EXPECT_EQ(claims()[1].first, 2U);
  EXPECT_EQ(claims()[1].count, 1U);
  const auto x = claims()[0];
  emit(R"({"event":"call","data":1,"id":"x"})");
  EXPECT_EQ(claims()[0].key, x.key);
  EXPECT_EQ(claims()[0].body, x.body);
  emit(R"({"event":"call","data":2,"id":"x"})");
  EXPECT_EQ(claims()[0].key, x.key);
  EXPECT_NE(claims()[0].body, x.body);
  emit(R"({"event":"call","data":1})", {{"Idempotency-Key", "x"}});
  EXPECT_NE(claims()[0].key, x.key) << "keys of requests and ids of events are different things";
}

TEST_F(ApiClaims, RefusesKeysThatAreNone) {
  const std::string event = R"({"event":"call","data":1)";
  EXPECT_EQ(emit(event + "}", {{"Idempotency-Key", ""}}).status, 400U);
  EXPECT_EQ(emit(event + "}", {{"Idempotency-Key", std::string(256, 'k')}}).status, 400U);
  EXPECT_EQ(emit(event + "}", {{"Idempotency-Key", std::string(255, 'k')}}).status, 0U);
  for (const auto* id : {"7", "\"\"", "[]", "true"}) {
    const auto x = emit(event + R"(,"id":)" + id + "}");
    EXPECT_EQ(x.status, 400U);
    EXPECT_THAT(x.body, HasSubstr(R"(event[0]: \"id\" must be a text)"));
  }
  const auto twice = emit("[" + event + R"(,"id":"a"},)" + event + R"(,"id":"a"}])");
  EXPECT_EQ(twice.status, 400U);
  EXPECT_THAT(twice.body, HasSubstr("event[1]"));
}

TEST_F(ApiClaims, AreRefusedWhereNothingIsKept) {
  history = nullptr;
  const auto x = emit(R"({"event":"call","data":1})", {{"Idempotency-Key", "k"}});
  EXPECT_EQ(x.status, 400U);
  EXPECT_THAT(x.body, HasSubstr("EVENT_LOG=off"));
  EXPECT_EQ(emit(R"({"event":"call","data":1,"id":"x"})").status, 400U);
  EXPECT_TRUE(intake.taken.empty());
}

TEST_F(ApiClaims, ShowInTheAnswerThatItIsTheFirstOneAgain) {
  emit(R"({"event":"call","data":1})", {{"Idempotency-Key", "k"}});
  const auto where = intake.taken.back().where;
  rest().answered({where, 1, {}, offset{1, 5}, 1}, 0, {});
  const auto& answer = answers.last[where.request];
  EXPECT_EQ(answer.status, 201U);
  EXPECT_EQ(answer.body, R"({"accepted":1,"offset":"0000000000000001-5"})");
  EXPECT_EQ(field(answer, "Idempotent-Replayed"), "true");
}

} // namespace arauto::app
