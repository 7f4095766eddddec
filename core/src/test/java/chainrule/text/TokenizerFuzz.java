package chainrule.text;

import chainrule.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A process that loads damaged tokenizers and uses those that load: arguments seed, count, files. It prints what it is
 * at, so that its parent can tell what ended it, and last how many files loaded.
 */
final class TokenizerFuzz {
    private static final List<String> TEXTS = List.of(
            "",
            "Hello, world's <tool>end <mask>  x",
            "   \n\n  a\t1234567 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab ",
            "É\u0301 ﬁ 中國 👩\u200d👩 ﷺ \u3000\u202e\u0000 ŠĠ▁</s>",
            "a".repeat(200) + " ".repeat(200) + "b",
            "\ud800 don't [CLS] AB ##a <0x0A>");

    private TokenizerFuzz() {}

    public static void main(String[] args) throws Exception {
        long seed = Long.parseLong(args[0]);
        int count = Integer.parseInt(args[1]);
        List<JsonNode> files = new ArrayList<>();
        for (int i = 2; i < args.length; i++) {
            files.add(JsonMapper.shared().readTree(Files.readString(Path.of(args[i]))));
        }
        int loaded = 0;
        for (int i = 0; i < count; i++) {
            System.out.println("at " + i);
            String json = new TokenizerMutations(seed + i, files).mutated(files.get(i % files.size()));
            loaded += use(json, new Random(seed + i)) ? 1 : 0;
        }
        System.out.println("loaded " + loaded);
    }

    /** Whether it loads; anything but BadInput ends the process. */
    static boolean use(String json, Random random) {
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.parse(json, "mutated.json")) {
            for (String text : TEXTS) {
                try {
                    int[] ids = tokenizer.encode(text, random.nextBoolean()).ids();
                    tokenizer.decode(ids, random.nextBoolean());
                    tokenizer.encode(text, "b <s>", true);
                } catch (BadInput e) {
                    check(e);
                }
            }
            tokenizer.decode(random.ints(20, -1, tokenizer.size() + 2).toArray(), false);
            return true;
        } catch (BadInput e) {
            check(e);
            return false;
        }
    }

    private static void check(BadInput e) {
        String message = String.valueOf(e.getMessage());
        if (!message.contains("mutated.json") || message.length() > 2000) {
            throw new IllegalStateException("not a sentence about the file: " + message, e);
        }
    }
}
