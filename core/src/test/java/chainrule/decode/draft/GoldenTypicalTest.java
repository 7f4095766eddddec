package chainrule.decode.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.decode.draft.Acceptance.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Typical acceptance against Medusa's code. */
class GoldenTypicalTest {
    @Test
    void typicalAcceptanceIsMedusas() {
        for (JsonNode c : Stored.cases("medusa_typical", 24)) {
            String name = c.get("name").stringValue();
            double temperature = c.get("temperature").doubleValue();
            var typical = new Typical(
                    c.get("posterior_threshold").doubleValue(),
                    c.get("posterior_alpha").doubleValue());
            JsonNode rows = c.get("candidates");
            Map<List<Integer>, Integer> nodes = new HashMap<>(Map.of(List.of(), -1));
            List<Integer> tokens = new ArrayList<>();
            List<Integer> parents = new ArrayList<>();
            List<double[]> laws = new ArrayList<>();
            laws.add(Stored.softmax(
                    temperature, Stored.doubles(c.get("logits").get(0).get(0))));
            for (int r = 0; r < rows.size(); r++) {
                List<Integer> row =
                        Arrays.stream(Stored.ints(rows.get(r))).skip(1).boxed().toList();
                for (int i = 1; i <= row.size(); i++) {
                    if (nodes.putIfAbsent(row.subList(0, i), tokens.size()) == null) {
                        tokens.add(row.get(i - 1));
                        parents.add(nodes.getOrDefault(row.subList(0, i - 1), -2));
                        laws.add(Stored.softmax(
                                temperature,
                                Stored.doubles(c.get("logits").get(r).get(i))));
                    }
                }
                checkRow(c, r, row, typical, temperature);
            }
            Draft draft = Draft.tree(
                    tokens.stream().mapToInt(i -> i).toArray(),
                    parents.stream().mapToInt(i -> i).toArray());
            Verdict verdict =
                    typical.judge(draft, Stored.text(), (node, _) -> Optional.of(laws.get(node + 1)), new Stored(0));
            int accepted = c.get("accepted").intValue();
            int[] best = Stored.ints(rows.get(c.get("best").intValue()));
            assertThat(verdict.accepted().stream().map(tokens::get))
                    .as(name)
                    .containsExactlyElementsOf(
                            Arrays.stream(best, 1, 1 + accepted).boxed().toList());
            double[] after = laws.get(accepted == 0 ? 0 : verdict.accepted().getLast() + 1);
            assertThat(after[verdict.next().orElseThrow()])
                    .as(name + ", the next token")
                    .isEqualTo(Arrays.stream(after).max().orElseThrow());
        }
    }

    private static void checkRow(JsonNode c, int r, List<Integer> row, Typical typical, double temperature) {
        String name = c.get("name").stringValue() + ", row " + r;
        Acceptance.Target target = (node, _) -> Optional.of(Stored.softmax(
                temperature, Stored.doubles(c.get("logits").get(r).get(node + 1))));
        int[] tokens = row.stream().mapToInt(i -> i).toArray();
        assertThat(typical.judge(Draft.chain(tokens), Stored.text(), target, new Stored(0))
                        .accepted())
                .as(name)
                .hasSize(c.get("accept_lengths").get(r).intValue());
        for (int i = 0; i < tokens.length && c.has("entropy"); i++) {
            double[] p = target.after(i - 1, Stored.text()).orElseThrow();
            assertThat(p[tokens[i]])
                    .as(name)
                    .isCloseTo(c.get("token_probability").get(r).get(i).doubleValue(), within(Stored.CLOSE));
            assertThat(Typical.entropy(p))
                    .as(name)
                    .isCloseTo(c.get("entropy").get(r).get(i).doubleValue(), within(10 * Stored.CLOSE));
            assertThat(typical.enough(p))
                    .as(name)
                    .isCloseTo(c.get("threshold").get(r).get(i).doubleValue(), within(Stored.CLOSE));
        }
    }
}
