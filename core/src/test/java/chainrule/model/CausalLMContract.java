package chainrule.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every causal language model keeps, whatever it is made of. A model's test inherits it. */
public abstract class CausalLMContract {
    /** A fresh model, the same each time; the test closes it. */
    protected abstract CausalLM open();

    /** The largest difference in logits that rounding explains between a pass with and one without a cache. */
    protected abstract float tolerance();

    private static Segment decode(Cache cache, Tap tap, int[] parents, int... ids) {
        return new Segment(new Tokens.Row(ids), parents, cache, tap, Segment.Kind.DECODE);
    }

    private static int[] range(int length) {
        return IntStream.range(0, length).toArray();
    }

    private void compare(float[] found, float[] expected, String what) {
        Offset<Float> offset = within(tolerance());
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as(what + ", token " + i).isCloseTo(expected[i], offset);
        }
    }

    private static float[] uncached(CausalLM lm, int... ids) {
        return lm.forward(Input.of(Ops.ids(new int[][] {ids})), Tap.NONE).scores(ids.length - 1);
    }

    /** Reads {@code ids} in prompt chunks of {@code chunk} and commits them. */
    private static Step prompt(CausalLM lm, Cache cache, int chunk, int... ids) {
        Step step = null;
        for (int i = 0; i < ids.length; i += chunk) {
            int[] part = Arrays.copyOfRange(ids, i, Math.min(ids.length, i + chunk));
            step = lm.extend(List.of(Segment.prompt(cache, part))).getFirst();
            cache.keep(range(part.length), new int[0]);
        }
        if (step == null) {
            throw new IllegalArgumentException("no ids");
        }
        return step;
    }

    @Test
    void aCacheChangesNothing() {
        int[] ids = Tiny.ids(20, 1);
        try (CausalLM lm = open();
                Cache cache = lm.newCache(Side.NONE);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Step step = prompt(lm, cache, 7, Arrays.copyOf(ids, 9));
            compare(step.scores(step.rows() - 1), uncached(lm, Arrays.copyOf(ids, 9)), "after the prompt");
            for (int t = 9; t < ids.length; t++) {
                step = lm.extend(List.of(decode(cache, Tap.NONE, new int[] {-1}, ids[t])))
                        .getFirst();
                cache.keep(new int[] {0}, new int[0]);
                compare(step.scores(0), uncached(lm, Arrays.copyOf(ids, t + 1)), "after token " + t);
            }
            assertThat(cache.length()).isEqualTo(20);
            assertThat(cache.live()).isZero();
        }
    }

    @Test
    void aTreeOfNodesReadsAsItsPathsDo() {
        int[] prefix = Tiny.ids(5, 2);
        try (CausalLM lm = open();
                Cache cache = lm.newCache(Side.NONE);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            prompt(lm, cache, 64, prefix);
            // 0:11  1:12  2:13(after 0)  3:14(after 0)  4:15(after 1)
            float[][] tree = read(lm, cache, new int[] {-1, -1, 0, 0, 1}, 11, 12, 13, 14, 15);
            compare(tree[1], uncached(lm, with(prefix, 12)), "a sibling");
            compare(tree[3], uncached(lm, with(prefix, 11, 14)), "a second child");
            compare(tree[4], uncached(lm, with(prefix, 12, 15)), "another branch");
            cache.keep(new int[] {0}, new int[] {3, 2});
            assertThat(cache.length()).isEqualTo(6);
            float[][] more = read(lm, cache, new int[] {1, 0, 2}, 16, 17, 18);
            compare(more[0], uncached(lm, with(prefix, 11, 13, 16)), "below a kept node");
            compare(more[1], uncached(lm, with(prefix, 11, 14, 17)), "below another");
            compare(more[2], uncached(lm, with(prefix, 11, 13, 16, 18)), "below a new node");
            cache.keep(new int[] {1, 2, 4}, new int[0]);
            float[][] last = read(lm, cache, new int[] {-1}, 19);
            compare(last[0], uncached(lm, with(prefix, 11, 13, 16, 18, 19)), "after the committed path");
        }
    }

    /** The scores after new nodes. */
    private static float[][] read(CausalLM lm, Cache cache, int[] parents, int... ids) {
        Step step = lm.extend(List.of(decode(cache, Tap.NONE, parents, ids))).getFirst();
        return IntStream.range(0, ids.length).mapToObj(step::scores).toArray(float[][]::new);
    }

    private static int[] with(int[] ids, int... more) {
        int[] all = Arrays.copyOf(ids, ids.length + more.length);
        System.arraycopy(more, 0, all, ids.length, more.length);
        return all;
    }

    /** Matrix products may take their sums in another order from some number of rows on, such as 25. */
    @ParameterizedTest
    @ValueSource(ints = {16, 26, 40})
    void aTextAloneReadsBitForBitAsAmongOthers(int texts) {
        try (CausalLM lm = open();
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            List<Cache> caches = new ArrayList<>();
            List<float[]> alone = new ArrayList<>();
            List<Segment> together = new ArrayList<>();
            for (int i = 0; i < texts; i++) {
                int[] ids = Tiny.ids(3 + i, i);
                try (Cache single = lm.newCache(Side.NONE)) {
                    prompt(lm, single, 64, ids);
                    alone.add(lm.extend(List.of(next(single, i))).getFirst().scores(0));
                }
                Cache cache = lm.newCache(Side.NONE);
                prompt(lm, cache, 64, ids);
                caches.add(cache);
                together.add(next(cache, i));
            }
            List<Step> steps = lm.extend(together);
            for (int i = 0; i < texts; i++) {
                assertThat(steps.get(i).scores(0)).as("text " + i).containsExactly(alone.get(i));
            }
            caches.forEach(Cache::close);
        }
    }

    private static Segment next(Cache cache, int id) {
        return decode(cache, Tap.NONE, new int[] {-1}, id);
    }

    @Test
    void rowsThatAreWantedHaveTheLogitsThatAllRowsHave() {
        try (CausalLM lm = open();
                Cache one = lm.newCache(Side.NONE);
                Cache other = lm.newCache(Side.NONE);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            prompt(lm, one, 64, 1, 2, 3);
            prompt(lm, other, 64, 4, 5);
            int[] siblings = {-1, -1, -1, -1};
            List<Segment> both = List.of(
                    decode(one, Tap.NONE, siblings, 11, 12, 13, 14), decode(other, Tap.NONE, siblings, 15, 16, 17, 18));
            List<float[]> all = lm.extend(both).stream()
                    .flatMap(step -> IntStream.range(0, 4).mapToObj(step::scores))
                    .toList();
            one.keep(new int[0], new int[0]);
            other.keep(new int[0], new int[0]);
            List<Step> steps = lm.extend(both);
            steps.getFirst().want(2);
            steps.getLast().want(1);
            steps.getLast().want(2);
            assertThat(steps.getLast().scores(2)).containsExactly(all.get(6));
            assertThat(steps.getFirst().scores(2)).containsExactly(all.get(2));
            assertThat(Ops.floats(steps.getLast().logits(1, 3).select(0, 0))).containsExactly(all.get(5));
            assertThat(steps.getFirst().scores(0)).as("not announced").containsExactly(all.get(0));
            assertThat(steps.getLast().scores(3)).as("not announced").containsExactly(all.get(7));
            assertThat(Ops.floats(steps.getLast().logits(0, 2).select(0, 1))).containsExactly(all.get(5));
        }
    }

    @Test
    void everySiteIsSeenWithItsShapeAndATapThatReturnsWhatItSawChangesNothing() {
        try (CausalLM lm = open();
                Cache cache = lm.newCache(Side.NONE);
                Cache plain = lm.newCache(Side.NONE);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Map<Site, long[]> seen = new LinkedHashMap<>();
            Tap tap = (site, x) -> {
                seen.put(site, x.shape());
                return x.clone();
            };
            prompt(lm, cache, 64, 1, 2, 3);
            prompt(lm, plain, 64, 1, 2, 3);
            float[] tapped = lm.extend(List.of(decode(cache, tap, new int[] {-1, 0}, 4, 5)))
                    .getFirst()
                    .scores(1);
            float[] plainly = lm.extend(List.of(decode(plain, Tap.NONE, new int[] {-1, 0}, 4, 5)))
                    .getFirst()
                    .scores(1);
            assertThat(tapped).containsExactly(plainly);
            assertThat(seen.keySet()).containsExactlyInAnyOrderElementsOf(sites());
            seen.forEach(
                    (site, shape) -> assertThat(shape[0]).as(site.toString()).isEqualTo(2));
        }
    }

    /** The sites of the model, in any order. */
    protected abstract List<Site> sites();

    @Test
    void whatATapPutsInAnActivationsPlaceIsWhatTheModelGoesOnWith() {
        try (CausalLM lm = open();
                Cache cache = lm.newCache(Side.NONE);
                Cache other = lm.newCache(Side.NONE);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Tap zero = (site, x) -> site.equals(Site.FINAL) ? Ops.zeros(x.scalar_type(), x.shape()) : x;
            prompt(lm, cache, 64, 1, 2, 3);
            prompt(lm, other, 64, 1, 2, 3);
            List<Step> steps = lm.extend(
                    List.of(decode(cache, zero, new int[] {-1}, 4), decode(other, Tap.NONE, new int[] {-1}, 4)));
            assertThat(steps.getFirst().scores(0)).as("logits of zero").containsOnly(0f);
            assertThat(steps.getLast().scores(0))
                    .as("the other text")
                    .isNotEqualTo(steps.getFirst().scores(0));
        }
    }

    @Test
    void aBatchIsItsRows() {
        int[][] rows = {Tiny.ids(9, 5), Tiny.ids(9, 6)};
        try (CausalLM lm = open();
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Step batch = lm.forward(Input.of(Ops.ids(rows)), Tap.NONE);
            assertThat(batch.rows()).isEqualTo(18);
            compare(batch.scores(8), uncached(lm, rows[0]), "the first row");
            compare(batch.scores(17), uncached(lm, rows[1]), "the second row");
        }
    }

    @Test
    void vectorsInTheEmbeddingsPlaceReadAsTheirIdsDo() {
        try (CausalLM lm = open();
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Tensor ids = Ops.ids(new int[][] {Tiny.ids(6, 7)});
            Tensor vectors = vectors(lm, ids);
            float[] byIds = lm.forward(Input.of(ids), Tap.NONE).scores(5);
            float[] byVectors = lm.forward(new Input(new Tokens.Vectors(vectors), Side.NONE), Tap.NONE)
                    .scores(5);
            assertThat(byVectors).containsExactly(byIds);
        }
    }

    /** The embedding's vectors of {@code ids}, positions not added: [B,T,D]. */
    protected abstract Tensor vectors(CausalLM lm, Tensor ids);
}
