package chainrule.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a byte-level BPE of a GGUF file splits a text, by the name under {@code tokenizer.ggml.pre}. The patterns are those
 * of the models' own tokenizers; each splits what the one before left.
 *
 * @param names the names that mean this one
 * @param whole whether a piece that is a token stays one without merging
 * @param begins whether a text begins with the beginning-of-text token unless the file says otherwise
 * @param composes whether the text is brought to normal form C first
 */
record PreTokenization(List<String> names, List<String> patterns, boolean whole, boolean begins, boolean composes) {
    private static final String LINES_AND_SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String SHORT_FORMS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String WORDS = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
    private static final String SIGNS = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
    private static final String LLAMA3 = SHORT_FORMS + "|" + WORDS + "|\\p{N}{1,3}|" + SIGNS + "|" + LINES_AND_SPACES;
    private static final String QWEN2 = SHORT_FORMS + "|" + WORDS + "|\\p{N}|" + SIGNS + "|" + LINES_AND_SPACES;
    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String START = "[^\\r\\n\\p{L}\\p{N}]?";
    private static final String PATHS = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*";
    private static final String BLOOM = " ?[^(\\s|.,!?…。，、।۔،)]+";

    private static final List<PreTokenization> ALL = List.of(
            plain(names(
                    "gpt-2 phi-2 jina-es jina-de jina-v2-es jina-v2-de gigachat a.x-4.0 mellum modern-bert mpt olmo jais"
                            + " trillion granite-docling exaone4")),
            plain(names("smollm starcoder refact command-r codeshell exaone minerva-7b"), "\\p{N}", OnigPattern.GPT2),
            new PreTokenization(
                    names("llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2"),
                    List.of(LLAMA3),
                    true,
                    true,
                    false),
            plain(names("dbrx smaug-bpe glm4 chatglm-bpe"), LLAMA3),
            new PreTokenization(names("qwen2 deepseek-r1-qwen"), List.of(QWEN2), false, false, true),
            plain(names("kormo megrez stablelm2 hunyuan solar-open grok-2"), QWEN2),
            new PreTokenization(
                    names("tekken"),
                    List.of(START + UPPER + "*" + LOWER + "+|" + START + UPPER + "+" + LOWER + "*|\\p{N}|" + PATHS + "|"
                            + LINES_AND_SPACES),
                    true,
                    true,
                    false),
            plain(
                    names("gpt-4o llama4 minimax-m2"),
                    START + UPPER + "*" + LOWER + "+" + SHORT_FORMS + "?|" + START + UPPER + "+" + LOWER + "*"
                            + SHORT_FORMS + "?|\\p{N}{1,3}|" + PATHS + "|" + LINES_AND_SPACES),
            plain(names("deepseek-coder"), "[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", "[一-龥ࠀ-一가-퟿]+", "\\p{N}"),
            plain(
                    names("deepseek-v3 hunyuan-dense"),
                    "\\p{N}{1,3}",
                    "[一-龥぀-ゟ゠-ヿ]+",
                    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                            + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|" + LINES_AND_SPACES),
            plain(names("falcon"), "[\\p{P}\\$\\+<=>\\^~\\|`]+", OnigPattern.GPT2, "[0-9][0-9][0-9]"),
            plain(names("bloom poro-chat gpt3-finnish"), BLOOM),
            plain(names("viking"), BLOOM, "\\p{N}"),
            plain(names("superbpe"), "\\p{N}+", "(?=(\\d{3})+(?!\\d))"),
            plain(
                    names("bailingmoe bailingmoe2 llada-moe"),
                    "'(?i:[sdmt]|ll|ve|re)|" + WORDS + "|\\p{N}|" + SIGNS + "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"),
            plain(
                    names("seed-coder"),
                    SHORT_FORMS + "|" + WORDS + "|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|" + LINES_AND_SPACES),
            plain(names("default"), "[\\p{P}\\$\\+<=>\\^~\\|]+", OnigPattern.GPT2, "\\p{N}+", "[0-9][0-9][0-9]"));

    private static List<String> names(String names) {
        return List.of(names.split(" "));
    }

    private static PreTokenization plain(List<String> names, String... patterns) {
        return new PreTokenization(names, List.of(patterns), false, false, false);
    }

    static Optional<PreTokenization> named(String name) {
        return ALL.stream().filter(p -> p.names.contains(name)).findFirst();
    }

    static Stream<PreTokenization> all() {
        return ALL.stream();
    }

    static Stream<String> allNames() {
        return ALL.stream().flatMap(p -> p.names.stream());
    }

    /** The pre-tokenizer of a tokenizer.json; without patterns, GPT-2's own. */
    ObjectNode json() {
        List<ObjectNode> steps = new ArrayList<>();
        patterns.forEach(pattern -> steps.add(BpeJson.split(pattern)));
        steps.add(BpeJson.byteLevel(true, patterns.isEmpty()));
        return steps.size() == 1 ? steps.getFirst() : BpeJson.sequence("pretokenizers", steps);
    }
}
