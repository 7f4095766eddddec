package chainrule.decode.draft;

import chainrule.BadInput;
import chainrule.decode.rule.Path;
import java.util.Arrays;

/**
 * What followed the last time: the longest end of the text, of at most {@code ngram} tokens, that also stands earlier in
 * it is looked up, and what followed its first occurrence is the draft. It costs nothing and fits texts that repeat their
 * prompt: summaries, answers from documents, edits of code. Saxena, "Prompt Lookup Decoding", 2023,
 * github.com/apoorvumang/prompt-lookup-decoding; also LLMA of Yang et al., "Inference with Reference", 2023. Saxena
 * takes n-grams of up to 3 tokens and drafts of 10.
 */
public record Lookup(int ngram) implements Drafter {
    public Lookup {
        if (ngram < 1) {
            throw new BadInput("ngram must be at least 1, not " + ngram + ".");
        }
    }

    /** Ends of up to three tokens. */
    public Lookup() {
        this(3);
    }

    @Override
    public Drafting prepare(Path prompt, Law law, Chance chance) {
        return (path, shape) -> Draft.chain(after(path.ids(0), shape.tokens(), path));
    }

    private int[] after(int[] ids, int most, Path path) {
        for (int n = Math.min(ngram, ids.length - 1); n > 0; n--) {
            int end = ids.length - n;
            for (int from = 0; from < end; from++) {
                if (Arrays.equals(ids, from, from + n, ids, end, ids.length)) {
                    return untilEnd(Arrays.copyOfRange(ids, from + n, Math.min(from + n + most, ids.length)), path);
                }
            }
        }
        return new int[0];
    }

    private static int[] untilEnd(int[] ids, Path path) {
        for (int i = 0; i < ids.length; i++) {
            if (path.isEnd(ids[i])) {
                return Arrays.copyOf(ids, i + 1);
            }
        }
        return ids;
    }
}
