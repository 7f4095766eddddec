package chainrule.decode.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.decode.draft.Acceptance.Verdict;
import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The lossless rules against others' code with stored random numbers, and against arithmetic. */
class GoldenAcceptanceTest {
    private static double[] point(int vocabulary, int token) {
        double[] q = new double[vocabulary];
        q[token] = 1;
        return q;
    }

    private static int[] tokens(Draft draft, Verdict verdict) {
        IntStream next =
                verdict.next().isPresent() ? IntStream.of(verdict.next().getAsInt()) : IntStream.empty();
        return IntStream.concat(verdict.accepted().stream().mapToInt(i -> draft.tokens()[i]), next)
                .toArray();
    }

    @Test
    void aRoundOfSpeculativeSamplingIsTransformers() {
        int ended = 0;
        for (JsonNode c : Stored.cases("accept_rule", 36)) {
            String name = c.get("name").stringValue();
            int[] drafted = Stored.ints(c.get("drafted"));
            List<double[]> q = new ArrayList<>();
            c.get("draft_logits").forEach(row -> q.add(Stored.softmax(1, Stored.doubles(row))));
            Draft draft = new Draft(drafted, Draft.chain(drafted).parents(), q);
            boolean ends = c.get("draft_ended").booleanValue();
            Path text = ends ? Stored.text(drafted[drafted.length - 1]) : Stored.text();
            Stored chance = new Stored(c.path("token_draw").asDouble(2), Stored.doubles(c.get("accept_draws")));
            Verdict verdict = new Lossless()
                    .judge(
                            draft,
                            text,
                            (node, _) -> Optional.of(Stored.softmax(
                                    1, Stored.doubles(c.get("target_logits").get(node + 1)))),
                            chance);
            assertThat(tokens(draft, verdict)).as(name).containsExactly(Stored.ints(c.get("tokens")));
            double[] ratios = Stored.doubles(c.get("ratio"));
            for (int i = 0; i < chance.ratios.size(); i++) {
                assertThat(chance.ratios.get(i))
                        .as(name + ", ratio " + i)
                        .isCloseTo(ratios[i], within(Stored.CLOSE * Math.max(1, ratios[i])));
            }
            boolean reported = ends && verdict.accepted().size() == drafted.length;
            assertThat(verdict.accepted()).as(name).hasSize(c.get("accepted").intValue() + (reported ? 1 : 0));
            ended += reported ? 1 : 0;
            if (c.hasNonNull("next_distribution") && !reported) {
                assertThat(chance.law)
                        .as(name)
                        .containsExactly(Stored.doubles(c.get("next_distribution")), within(Stored.CLOSE));
            }
        }
        assertThat(ended).as("drafts that ended their text").isPositive();
    }

    /** Node 0 of the file is the text's end. */
    private static Draft tree(JsonNode c) {
        JsonNode nodes = c.get("nodes");
        boolean sampled = c.get("kind").stringValue().equals("sampled");
        Map<List<Integer>, Integer> numbers = new HashMap<>();
        int[] tokens = new int[nodes.size() - 1];
        int[] parents = new int[tokens.length];
        List<double[]> laws = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            List<Integer> path =
                    Arrays.stream(Stored.ints(nodes.get(i).get("path"))).boxed().toList();
            numbers.put(path, i - 1);
            if (i > 0) {
                tokens[i - 1] = nodes.get(i).get("token").intValue();
                parents[i - 1] = numbers.getOrDefault(path.subList(0, path.size() - 1), -2);
                JsonNode parent = nodes.get(parents[i - 1] + 1);
                laws.add(
                        sampled
                                ? Stored.doubles(parent.get("draft"))
                                : point(parent.get("target_logits").size(), tokens[i - 1]));
            }
        }
        return new Draft(tokens, parents, laws);
    }

    private static Verdict judge(JsonNode c, Draft draft, Stored chance) {
        Acceptance.Target target = (node, _) -> Optional.of(Stored.softmax(
                c.get("temperature").doubleValue(),
                Stored.doubles(c.get("nodes").get(node + 1).get("target_logits"))));
        return c.get("kind").stringValue().equals("sampled")
                ? new Lossless().judge(draft, Stored.text(), target, chance)
                : fixed(draft, target, chance);
    }

    /** The rule of fixed siblings: each one's law has q(x) = 1, so that what is left after it is p without x. */
    private static Verdict fixed(Draft draft, Acceptance.Target target, Chance chance) {
        List<Integer> accepted = new ArrayList<>();
        int node = -1;
        while (true) {
            double[] p = target.after(node, Stored.text()).orElseThrow();
            int stays = -1;
            for (int child : draft.children(node)) {
                double[] q = draft.laws().get(child);
                if (stays < 0 && chance.happens(p[draft.tokens()[child]] / q[draft.tokens()[child]], 0, 0)) {
                    stays = child;
                } else if (stays < 0) {
                    p = Law.excess(p, q);
                }
            }
            if (stays < 0) {
                return new Verdict(accepted, Stored.text(), OptionalInt.of(chance.draw(p, 0, 0)));
            }
            accepted.add(stays);
            node = stays;
        }
    }

    @Test
    void bothTreeRulesAreTheAuthors() {
        for (JsonNode c : Stored.cases("trees", 36)) {
            String name = c.get("name").stringValue() + ", " + c.get("kind").stringValue();
            Draft draft = tree(c);
            Stored chance = new Stored(0.5, Stored.doubles(c.get("draws")));
            Verdict verdict = judge(c, draft, chance);
            List<Integer> path = new ArrayList<>();
            for (int i = 0; i < verdict.accepted().size(); i++) {
                int node = verdict.accepted().get(i);
                int parent = i == 0 ? -1 : verdict.accepted().get(i - 1);
                path.add(Arrays.stream(draft.children(parent)).boxed().toList().indexOf(node));
            }
            assertThat(path)
                    .as(name)
                    .isEqualTo(Arrays.stream(Stored.ints(c.get("accepted_path")))
                            .boxed()
                            .toList())
                    .hasSize(c.get("accepted").intValue());
            assertThat(chance.ratios)
                    .as(name + ", children tried")
                    .hasSize(c.get("draws").size());
            assertThat(chance.law)
                    .as(name)
                    .containsExactly(Stored.doubles(c.get("next_distribution")), within(Stored.CLOSE));
        }
    }

    @Test
    void siblingsAreDrawnWithoutReplacementOrAreTheBest() {
        for (JsonNode c : Stored.cases("trees", 36)) {
            Draft draft = tree(c);
            boolean sampled = c.get("kind").stringValue().equals("sampled");
            for (int node = -1; node < draft.size(); node++) {
                int[] children = draft.children(node);
                if (children.length > 0) {
                    double[] q = Stored.doubles(c.get("nodes").get(node + 1).get("draft"));
                    int[] tokens =
                            Arrays.stream(children).map(i -> draft.tokens()[i]).toArray();
                    if (!sampled) {
                        assertThat(Distribution.best(children.length, floats(q)))
                                .containsExactly(tokens);
                    }
                    for (int child : children) {
                        JsonNode expected = c.get("nodes").get(child + 1).get("draft_probability");
                        int token = draft.tokens()[child];
                        assertThat(q[token])
                                .as(c.get("name") + ", node " + child)
                                .isCloseTo(expected.doubleValue(), within(Stored.CLOSE));
                        q = Law.without(token, q);
                    }
                }
            }
        }
    }

    private static float[] floats(double[] values) {
        float[] all = new float[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) values[i];
        }
        return all;
    }

    /** What one draft of a token comes to: the probability that it stays, and the law that is left where it does not. */
    private static Stored tried(int token, double[] p, double[] q) {
        Stored chance = new Stored(0, Double.POSITIVE_INFINITY);
        new Lossless()
                .judge(
                        new Draft(new int[] {token}, new int[] {-1}, List.of(q)),
                        Stored.text(),
                        (_, _) -> Optional.of(p),
                        chance);
        return chance;
    }

    @Test
    void theOutgoingLawIsTheModelsWhateverTheDrafts() {
        for (JsonNode c : Stored.cases("analytic", 11)) {
            String name = c.get("name").stringValue();
            double[] p = Stored.doubles(c.get("p"));
            double[] q = Stored.doubles(c.get("q"));
            double[] outgoing = new double[p.length];
            double rate = 0;
            for (int x = 0; x < q.length; x++) {
                if (q[x] == 0) {
                    assertThat(c.get("accept").get(x).isNull()).as(name).isTrue();
                    continue;
                }
                Stored chance = tried(x, p, q);
                double accept = Math.min(1, chance.ratios.getFirst());
                assertThat(accept).as(name).isCloseTo(c.get("accept").get(x).doubleValue(), within(Stored.CLOSE));
                rate += q[x] * accept;
                outgoing[x] += q[x] * accept;
                if (c.hasNonNull("residual")) {
                    assertThat(chance.law)
                            .as(name)
                            .containsExactly(Stored.doubles(c.get("residual")), within(Stored.CLOSE));
                }
                for (int y = 0; y < p.length; y++) {
                    outgoing[y] += q[x] * (1 - accept) * chance.law[y];
                }
            }
            assertThat(rate).as(name).isCloseTo(c.get("acceptance_rate").doubleValue(), within(Stored.CLOSE));
            assertThat(outgoing)
                    .as(name)
                    .containsExactly(Stored.doubles(c.get("outgoing")), within(Stored.CLOSE))
                    .containsExactly(p, within(Stored.CLOSE));
        }
    }

    @Test
    void aCycleYieldsAsManyTokensAsTheFormulaSays() {
        for (JsonNode c : Stored.cases("analytic", 11)) {
            double[] p = Stored.doubles(c.get("p"));
            double[] q = Stored.doubles(c.get("q"));
            for (var expected : c.get("accepted_drafts").properties()) {
                int gamma = Integer.parseInt(expected.getKey());
                double[] stay = accepted(gamma, p, q);
                assertThat(stay)
                        .as(c.get("name") + ", drafts of " + gamma)
                        .containsExactly(Stored.doubles(expected.getValue()), within(Stored.CLOSE));
                double tokens = IntStream.rangeClosed(0, gamma)
                        .mapToDouble(n -> (n + 1) * stay[n])
                        .sum();
                assertThat(tokens)
                        .isCloseTo(
                                c.get("expected_tokens").get(expected.getKey()).doubleValue(), within(Stored.CLOSE));
            }
        }
    }

    /** The probability that 0..gamma drafts stay; that one does once those before it have does not depend on them. */
    private static double[] accepted(int gamma, double[] p, double[] q) {
        double[] stay = new double[gamma + 1];
        double reached = 1;
        for (int depth = 0; depth < gamma; depth++) {
            double here = 0;
            for (int x = 0; x < q.length; x++) {
                if (q[x] > 0) {
                    int[] tokens = new int[depth + 1];
                    Arrays.fill(tokens, firstPossible(p, q));
                    tokens[depth] = x;
                    Stored chance = new Stored(0, draws(depth));
                    new Lossless()
                            .judge(
                                    new Draft(
                                            tokens,
                                            Draft.chain(tokens).parents(),
                                            Collections.nCopies(tokens.length, q)),
                                    Stored.text(),
                                    (_, _) -> Optional.of(p),
                                    chance);
                    if (chance.ratios.size() == depth + 1) {
                        here += q[x] * Math.min(1, chance.ratios.getLast());
                    }
                }
            }
            stay[depth] = reached * (1 - here);
            reached *= here;
        }
        stay[gamma] = reached;
        return stay;
    }

    private static int firstPossible(double[] p, double[] q) {
        return IntStream.range(0, p.length)
                .filter(i -> p[i] > 0 && q[i] > 0)
                .findFirst()
                .orElse(0);
    }

    /** All stay but the last. */
    private static double[] draws(int depth) {
        double[] draws = new double[depth + 1];
        draws[depth] = Double.POSITIVE_INFINITY;
        return draws;
    }
}
