#include "course/words.hpp"

namespace tcplab::course {

const Words& words_in(Language language) {
    static constexpr Words english{
        .exercise = "Exercise {}",
        .minutes = "{} min",
        .your_numbers = "Your numbers",
        .student = "student",
        .nobody = "nobody's numbers: --student ID gives you your own",
        .fill_in =
            "Write your answers between the quotes. Any unit will do (\"0.2 s\" for \"200 ms\"), a number without one "
            "is in the unit asked for. Then:",
        .prediction_first = "Before you look at any result:",
        .questions = "Questions",
        .type_prediction = "Your prediction (Enter leaves it out): ",
        .wrote = "written: {}",
        .kept = "kept as it is: {}",
        .next = "Fill in the answers, then: {}",
        .differs =
            "{} has been changed since it was written; this ran it as it stands. The questions are about the original: "
            "remove the file to get it again.",
        .verdicts = {"right", "close", "wrong", "no answer", "unreadable"},
        .other_unit = "the number would be right in another unit",
        .summary = "{} of {} right",
        .points = "{} of {} points",
        .predicted = "You predicted {}; it is {}.",
        .explanation_later =
            "The explanation comes when all answers are right; --explanation shows it as soon as there is an answer to "
            "every question.",
        .other_version =
            "This sheet was written for another version of the exercise (or was changed): your numbers may be others "
            "now. `{}` has them.",
    };
    static constexpr Words korean{
        .exercise = "실습 {}",
        .minutes = "{}분",
        .your_numbers = "내 숫자",
        .student = "학생",
        .nobody = "누구의 것도 아닌 숫자입니다. --student ID로 자신의 숫자를 받으세요",
        .fill_in =
            "따옴표 사이에 답을 적으세요. 단위는 무엇이든 됩니다(\"200 ms\" 대신 \"0.2 s\"). 단위 없이 쓰면 물은 "
            "단위로 읽습니다. 다 적었으면:",
        .prediction_first = "결과를 보기 전에:",
        .questions = "문제",
        .type_prediction = "내 예측 (건너뛰려면 Enter): ",
        .wrote = "기록함: {}",
        .kept = "그대로 둠: {}",
        .next = "답을 적은 뒤: {}",
        .differs =
            "{} 파일이 처음과 다릅니다. 지금 내용대로 실행했습니다. 문제는 원래 시나리오에 대한 것이니, 원래 것이 "
            "필요하면 파일을 지우고 다시 실행하세요.",
        .verdicts = {"정답", "근접", "오답", "답 없음", "읽을 수 없음"},
        .other_unit = "단위를 바꾸면 맞는 숫자입니다",
        .summary = "{}/{} 정답",
        .points = "{}/{}점",
        .predicted = "예측은 {}, 실제는 {}입니다.",
        .explanation_later = "해설은 모두 맞히면 나옵니다. 모든 문제에 답했다면 --explanation으로 바로 볼 수 있습니다.",
        .other_version =
            "이 답안지는 이 실습의 다른 버전에서 만들어졌거나 고쳐졌습니다. 숫자가 달라졌을 수 있습니다. "
            "`{}` 명령으로 확인하세요.",
    };
    return language == Language::korean ? korean : english;
}

}  // namespace tcplab::course
