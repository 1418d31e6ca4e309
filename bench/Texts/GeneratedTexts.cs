using System.Globalization;
using System.Text;

namespace Rill.Bench.Texts;

/// <summary>Texts that are made up, always the same ones: words in many scripts, and conversations.</summary>
internal static class GeneratedTexts
{
    private static readonly string[] _chinese = Words(
        "我们 今天 天气 很好 模型 语言 学习 数据 中国 北京 上海 世界 时间 问题 工作 可以 因为 所以 但是 如果 他们 已经 开始 使用 系统 网络 计算机 程序 测试 结果 发现 研究 大学 老师 学生 朋友 喜欢 吃饭 喝水 音乐 电影 城市 河流 山 海 的 是 在 了 和 不 这 那 有 会 对 从");

    private static readonly string[] _japanese = Words(
        "私は 今日 天気 とても 良い です ました ます 東京 大阪 学校 先生 学生 コンピューター プログラム テスト データ モデル 言語 勉強 しています 面白い 映画 音楽 食べる 飲む 行きました 友達 新しい 古い 世界 時間 問題 仕事 が を に で は も から まで");

    private static readonly string[] _korean = Words(
        "안녕하세요 오늘 날씨가 좋습니다 우리는 언어 모델을 공부합니다 서울 부산 학교 선생님 학생 컴퓨터 프로그램 시험 데이터 결과 음악 영화 친구 새로운 세계 시간 문제 일을 합니다 그리고 하지만 그래서");

    private static readonly string[] _others = Words(
        "Привет сегодня хорошая погода модель языка учится данные результат вопрос работа naïve café Größe Übung straße façade élève señor mañana corazón ação coração γλώσσα μοντέλο ημέρα مرحبا اليوم الطقس جميل नमस्ते आज मौसम สวัสดี วันนี้ the model reads data and writes text 2024 3.14 100% 🙂 🚀 👩‍💻 ❤️");

    private static readonly string[] _subjects = Words(
        "the server a request our database this function every worker that endpoint the cache my script the test a thread the scheduler his report");

    private static readonly string[] _verbs = Words(
        "returns handles ignores reads writes starts stops blocks retries streams measures explains changes opens closes needs");

    private static readonly string[] _objects = Words(
        "errors tokens messages files results numbers headers records weights prompts timeouts answers settings columns users images");

    private static readonly string[] _cities = Words("Zürich Paris Osaka Nairobi Lima Oslo Montréal Delhi Cairo Austin");

    /// <summary>Chinese, Japanese, Korean, and words of eight other scripts with emoji, a paragraph each in turn.</summary>
    public static TextSet ManyScripts(int length, int documentLength)
    {
        var random = new Random(17);
        return new("CJK and mixed scripts", Documents(length / 2, documentLength / 2, text =>
        {
            Paragraph(text, random, _chinese, "", "，", "。");
            Paragraph(text, random, _japanese, "", "、", "。");
            Paragraph(text, random, _korean, " ", ", ", ". ");
            Paragraph(text, random, _others, " ", ", ", "! ");
        }));
    }

    /// <summary>Conversations as text: roles, short turns, numbers, a tool's JSON, a line of code.</summary>
    public static TextSet Chats(int length, int documentLength)
    {
        var random = new Random(23);
        return new("chat", Documents(length, documentLength, text =>
        {
            text.Append("user: ").Append(Sentence(random)).Append("? ").Append(Sentence(random)).Append(".\n\nassistant: Sure! ");
            for (var line = 0; line < 3; line++)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n{line + 1}. **{Pick(random, _objects)}**: {Sentence(random)}, then {Sentence(random)}.");
            }

            text.Append("\n\n```python\nfor ").Append(Pick(random, _objects)).Append(" in range(").Append(random.Next(10_000))
                .Append("):\n    print(").Append(Pick(random, _verbs)).Append(")\n```\n");
            text.Append(CultureInfo.InvariantCulture,
                $"{{\"name\": \"get_weather\", \"arguments\": {{\"city\": \"{Pick(random, _cities)}\", \"days\": {random.Next(1, 30)}, \"id\": \"{random.NextInt64():x}\"}}}}\n\n");
        }));
    }

    private static string[] Words(string words) => words.Split(' ');

    private static List<string> Documents(int length, int documentLength, Action<StringBuilder> append)
    {
        var documents = new List<string>();
        for (var total = 0; total < length; total += documents[^1].Length)
        {
            var text = new StringBuilder();
            while (text.Length < documentLength)
            {
                append(text);
            }

            documents.Add(text.ToString());
        }

        return documents;
    }

    private static void Paragraph(StringBuilder text, Random random, string[] words, string between, string comma, string stop)
    {
        for (var sentence = 0; sentence < 4; sentence++)
        {
            var count = random.Next(5, 16);
            for (var index = 0; index < count; index++)
            {
                text.Append(Pick(random, words)).Append(index + 1 == count ? stop : random.Next(6) == 0 ? comma : between);
            }
        }

        text.Append('\n');
    }

    private static string Sentence(Random random) => $"{Pick(random, _subjects)} {Pick(random, _verbs)} {random.Next(2, 500)} {Pick(random, _objects)}";

    private static string Pick(Random random, string[] words) => words[random.Next(words.Length)];
}
