package chainrule.decode.draft;

import chainrule.decode.rule.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Which drafted tokens stay, and what follows them. */
public sealed interface Acceptance permits Lossless, Typical {
    /** The model, which has read a draft. */
    @FunctionalInterface
    interface Target {
        /** The law after a node of the draft, -1 being the text's end; empty where no token can follow. */
        Optional<double[]> after(int node, Path path);
    }

    /**
     * What becomes of a draft.
     *
     * @param accepted nodes in order, each the next one's parent
     * @param path the text with these
     * @param next the token after them; empty where they end the text, or where no token can follow
     */
    record Verdict(List<Integer> accepted, Path path, OptionalInt next) {}

    /** @param path the text that the draft follows */
    Verdict judge(Draft draft, Path path, Target target, Chance chance);

    /** Whether the last token of a text, which follows others, ends it. */
    static boolean ended(Path text) {
        return text.isEnd(text.token(text.length() - 1)) || text.length() >= text.maxLength();
    }
}
