package chainrule.studies.training;

import chainrule.decode.Engine;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.rule.Rules;
import chainrule.decode.rule.SuppressTokens;
import chainrule.eval.Coherence;
import chainrule.eval.Diversity;
import chainrule.eval.Ngrams;
import chainrule.eval.Reading;
import chainrule.eval.TeacherForced;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.nn.Compute;
import chainrule.objective.Batch;
import chainrule.objective.NextToken;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * What a model writes by greedy search, and its measures. Repetition is counted on tokens; end tokens are forbidden, so that
 * all texts have one length.
 *
 * @param perplexity of the rows that judge
 * @param rep rep-1 to rep-4
 * @param wrong the share of predictions that are wrong and among the 128 tokens before
 * @param coherence in nats a token, as the untrained model judges
 */
record Judged(
        String name,
        List<int[]> texts,
        double perplexity,
        List<Double> rep,
        double diversity,
        double wrong,
        double coherence) {
    static final List<String> COLUMNS = List.of(
            "trained with", "perplexity", "rep-1", "rep-2", "rep-3", "rep-4", "diversity", "wrep/128", "coherence");

    /**
     * @param base in the form for decoding: the untrained model
     * @param ends the tokens that are forbidden
     */
    static Judged of(String name, Decoder trained, CausalLM base, Material material, List<Integer> ends) {
        try (CausalLM lm = trained.forDecoding(Compute.F32)) {
            return of(name, lm, base, material, written(lm, material, ends));
        }
    }

    private static Judged of(String name, CausalLM lm, CausalLM base, Material material, List<int[]> texts) {
        List<List<Integer>> ids = Ngrams.ids(texts);
        Coherence judge = new Coherence(base, Reading.FORWARD);
        return new Judged(
                name,
                texts,
                perplexity(lm, material.judging()),
                IntStream.rangeClosed(1, 4)
                        .mapToObj(n -> Ngrams.of(n, ids).rep())
                        .toList(),
                Diversity.of(ids).value(),
                TeacherForced.of(lm, material.judging(), Reading.FORWARD).wrep(128),
                IntStream.range(0, texts.size())
                        .mapToDouble(i -> judge.of(material.openings().get(i), texts.get(i)))
                        .average()
                        .orElseThrow());
    }

    static double perplexity(CausalLM lm, List<int[]> rows) {
        double sum = 0;
        double terms = 0;
        for (int[] row : rows) {
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                Batch batch = Batch.of(Ops.ids(new int[][] {row}));
                sum += new NextToken().sum(lm, batch).item_double();
                terms += batch.trained();
            }
        }
        return Math.exp(sum / terms);
    }

    private static List<int[]> written(CausalLM lm, Material material, List<Integer> ends) {
        Rules rules = ends.isEmpty() ? Rules.NONE : new Rules(List.of(new SuppressTokens(ends)));
        try (Engine engine = new Engine(lm)) {
            return engine
                    .run(material.openings().stream()
                            .map(o -> Request.of(o)
                                    .with(rules)
                                    .withMaxTokens(material.shape().tokens()))
                            .toList())
                    .stream()
                    .map(Result::ids)
                    .toList();
        }
    }

    double rep4() {
        return rep.getLast();
    }

    List<Object> row() {
        return List.of(name, perplexity, rep.get(0), rep.get(1), rep.get(2), rep.get(3), diversity, wrong, coherence);
    }
}
