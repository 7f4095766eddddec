package chainrule.decode.draft;

import chainrule.decode.draft.Acceptance.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of the tokens that were drafted for one text.
 *
 * @param cycles passes that read a token of the text with what was drafted after it
 * @param tokens that these passes brought: accepted ones, and one more after them unless they ended the text
 * @param depths by the distance from the text's end, from 1
 */
public record Drafted(int cycles, int tokens, List<Depth> depths) {
    /** Before the first cycle. */
    public static final Drafted NONE = new Drafted(0, 0, List.of());

    /**
     * One depth of the drafts.
     *
     * @param drafted tokens drafted there
     * @param judged cycles in which what stood before them was accepted, so that one of them could be
     * @param accepted cycles in which one of them was
     */
    public record Depth(int drafted, int judged, int accepted) {
        /** The share of judged ones that was accepted. */
        public double acceptance() {
            return (double) accepted / judged;
        }
    }

    public Drafted {
        depths = List.copyOf(depths);
    }

    /** All tokens that were drafted. */
    public int drafted() {
        return depths.stream().mapToInt(Depth::drafted).sum();
    }

    /** All tokens that were accepted. */
    public int accepted() {
        return depths.stream().mapToInt(Depth::accepted).sum();
    }

    /** New tokens a pass; 1 without drafts. */
    public double tokensPerCycle() {
        return (double) tokens / cycles;
    }

    /** With one more cycle. */
    public Drafted and(Draft draft, Verdict verdict) {
        int[] depth = new int[draft.size()];
        List<Depth> all = new ArrayList<>(depths);
        for (int i = 0; i < depth.length; i++) {
            depth[i] = draft.parents()[i] < 0 ? 1 : depth[draft.parents()[i]] + 1;
            add(all, depth[i], 1, 0, 0);
        }
        int stayed = verdict.accepted().size();
        for (int d = 1; d <= stayed; d++) {
            add(all, d, 0, 1, 1);
        }
        int end = stayed == 0 ? -1 : verdict.accepted().getLast();
        if (verdict.next().isPresent() && draft.children(end).length > 0) {
            add(all, stayed + 1, 0, 1, 0);
        }
        return new Drafted(cycles + 1, tokens + stayed + (verdict.next().isPresent() ? 1 : 0), all);
    }

    private static void add(List<Depth> all, int depth, int drafted, int judged, int accepted) {
        if (all.size() < depth) {
            all.add(new Depth(0, 0, 0));
        }
        Depth d = all.get(depth - 1);
        all.set(depth - 1, new Depth(d.drafted + drafted, d.judged + judged, d.accepted + accepted));
    }
}
