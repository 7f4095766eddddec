package chainrule.decode;

import chainrule.BadInput;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Beam searches over one tree: the running prefixes are its branches. What all of them share is committed, the rest of
 * their tokens stays open.
 */
final class BeamRun implements Run {
    /**
     * Several searches instead of one, each minding what those before it choose.
     *
     * @param penalty what a token's log-probability loses for each time that an earlier search has just chosen it
     * @param padding the token that a search which is over counts as choosing
     */
    record Groups(int count, double penalty, OptionalInt padding) {}

    private final int best;
    private final Beams.Settings settings;
    private final Groups groups;
    private final List<Beams> searches;
    private final Nodes nodes = new Nodes();
    private int[] ends = {-1};

    BeamRun(Text text, int best, Beams.Settings settings, Groups groups) {
        this.best = best;
        this.settings = settings;
        this.groups = groups;
        this.searches = IntStream.range(0, groups.count)
                .mapToObj(_ -> new Beams(settings, text))
                .toList();
        nodes.append(-1);
    }

    @Override
    public boolean streams() {
        return false;
    }

    @Override
    public List<Hypothesis> hypotheses() {
        List<Hypothesis> all = new ArrayList<>();
        searches.forEach(s -> all.addAll(s.finished()));
        if (all.isEmpty()) {
            throw new BadInput(
                    "Beam search found no text: the rules forbid every token, or the model's scores are not numbers.");
        }
        all.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
        return all.subList(0, Math.min(best, all.size()));
    }

    @Override
    public Proposal propose() {
        IntStream.Builder tokens = IntStream.builder();
        int row = 0;
        for (Beams search : searches) {
            for (int token : search.tokens(row)) {
                tokens.add(token);
                row++;
            }
        }
        nodes.append(ends);
        return Proposal.open(tokens.build().toArray(), ends);
    }

    @Override
    public Choice choose(Read read) {
        int firstNew = nodes.live() - read.rows();
        List<Integer> chosen = new ArrayList<>();
        for (Beams search : searches) {
            if (search.over()) {
                groups.padding.ifPresent(token -> chosen.addAll(Collections.nCopies(settings.size(), token)));
            } else {
                chosen.addAll(search.advance(read, chosen, groups.penalty));
            }
        }
        ends = searches.stream()
                .flatMapToInt(s -> IntStream.of(s.rows()))
                .map(row -> firstNew + row)
                .toArray();
        return nodes.keepBranches(ends, ends.length == 0);
    }
}
