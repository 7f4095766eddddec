package chainrule.decode.draft;

import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.Path;
import chainrule.model.Cache;
import chainrule.model.CausalLM;
import chainrule.model.Segment;
import chainrule.model.Side;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.Tokens;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A draft model at work on one text. Its cache holds the text and, as live nodes, what was last drafted and read. */
final class ModelDrafting implements Drafting {
    /** Tokens of a prompt that are read at once. */
    private static final int CHUNK = 512;

    private static final int[] NO_NODES = {};

    /** A node whose children are to be drafted: what the model says after it. */
    private record Open(int node, Path path, float[] scores) {}

    private final CausalLM lm;
    private final Path prompt;
    private final Law law;
    private final Chance chance;
    private final Cache cache;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<Integer> parents = new ArrayList<>();
    private final List<double[]> laws = new ArrayList<>();

    ModelDrafting(CausalLM lm, Path prompt, Law law, Chance chance) {
        this.lm = lm;
        this.prompt = prompt;
        this.law = law;
        this.chance = chance;
        cache = lm.newCache(Side.NONE);
        cache.expect(Math.min(prompt.maxLength(), lm.context()));
    }

    @Override
    public Draft propose(Path path, Shape shape) {
        int most = Math.min(shape.tokens(), lm.context() - path.length() + 1);
        if (most < 1) {
            return Draft.NONE;
        }
        keep(path);
        List<Open> level = List.of(new Open(-1, path, read(path)));
        for (int depth = 0; depth < most && !level.isEmpty(); depth++) {
            int first = tokens.size();
            List<Path> paths = new ArrayList<>();
            for (Open open : level) {
                draft(open, shape.width(depth), paths);
            }
            level = depth + 1 < most ? read(first, paths) : List.of();
        }
        return new Draft(ints(tokens), ints(parents), laws);
    }

    /** Keeps of the last draft what has become the text; its last token is read anew, for what follows it. */
    private void keep(Path path) {
        int from = cache.length();
        int[] kept = new int[cache.live()];
        int count = 0;
        int end = -1;
        for (int node = 0; node < kept.length && from + count < path.length() - 1; node++) {
            if (parents.get(node) == end && tokens.get(node) == path.token(from + count)) {
                kept[count++] = node;
                end = node;
            }
        }
        cache.keep(Arrays.copyOf(kept, count), NO_NODES);
        tokens.clear();
        parents.clear();
        laws.clear();
    }

    /** Reads the rest of the text; the scores after it. */
    private float[] read(Path path) {
        while (cache.length() < path.promptLength()) {
            int count = Math.min(CHUNK, path.promptLength() - cache.length());
            extend(Segment.Kind.PROMPT, path, count);
        }
        return extend(Segment.Kind.DECODE, path, path.length() - cache.length());
    }

    private float[] extend(Segment.Kind kind, Path path, int count) {
        int[] ids = Arrays.copyOf(path.ids(cache.length()), count);
        int[] chain = Segment.chain(count);
        try (var _ = new Scope()) {
            float[] last = extend(kind, ids, chain).scores(count - 1);
            int[] all = new int[count];
            Arrays.setAll(all, i -> i);
            cache.keep(all, NO_NODES);
            return last;
        }
    }

    private Step extend(Segment.Kind kind, int[] ids, int[] after) {
        return lm.extend(List.of(new Segment(new Tokens.Row(ids), after, cache, Tap.NONE, kind)))
                .getFirst();
    }

    /** Reads the nodes from {@code first} on, with the text up to each; those that end a text have no successors. */
    private List<Open> read(int first, List<Path> paths) {
        List<Open> open = new ArrayList<>();
        int[] ids = ints(tokens.subList(first, tokens.size()));
        if (Arrays.stream(ids).allMatch(prompt::isEnd)) {
            return open;
        }
        try (var _ = new Scope()) {
            Step step = extend(Segment.Kind.DECODE, ids, ints(parents.subList(first, tokens.size())));
            for (int i = 0; i < ids.length; i++) {
                if (!prompt.isEnd(ids[i])) {
                    open.add(new Open(first + i, paths.get(i), step.scores(i)));
                }
            }
        }
        return open;
    }

    /** Drafts up to {@code width} tokens after a node, and adds the text up to each to {@code paths}. */
    private void draft(Open open, int width, List<Path> paths) {
        float[] scores = open.scores;
        law.rules().apply(scores, open.path);
        int[] best = width > 1 ? Distribution.best(width, scores) : NO_NODES;
        best = Arrays.stream(best)
                .filter(t -> scores[t] > Float.NEGATIVE_INFINITY)
                .toArray();
        Optional<double[]> law = this.law.of(scores);
        if (law.isEmpty()) {
            return;
        }
        int first = tokens.size();
        double[] q = law.get();
        double[] left = q;
        for (int n = 1; n <= width && left.length > 0; n++) {
            int token = chance.draw(left, open.path.length(), n);
            boolean certain = q[token] == 1;
            add(open, token, certain ? Draft.CHOSEN : q, paths);
            left = certain ? Draft.CHOSEN : Law.without(token, left);
        }
        for (int i = 0; i < best.length && tokens.size() - first < width; i++) {
            if (!tokens.subList(first, tokens.size()).contains(best[i])) {
                add(open, best[i], Draft.CHOSEN, paths);
            }
        }
    }

    private void add(Open open, int token, double[] drawnFrom, List<Path> paths) {
        tokens.add(token);
        parents.add(open.node);
        laws.add(drawnFrom);
        paths.add(open.path.then(token));
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public void close() {
        cache.close();
    }
}
