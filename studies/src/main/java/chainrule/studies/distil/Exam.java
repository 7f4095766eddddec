package chainrule.studies.distil;

import chainrule.decode.Engine;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.Stops;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Tap;
import chainrule.nn.Compute;
import chainrule.objective.Batch;
import chainrule.objective.NextToken;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import chainrule.text.Tokenizer;
import chainrule.train.Examples;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * What models are asked.
 *
 * @param questions that are answered by greedy search
 * @param measured given answers
 * @param tokens of an answer at most
 */
record Exam(List<Questions.Pair> questions, Examples measured, Tokenizer tokenizer, int tokens) {
    private static final int ROWS = 8;

    /**
     * What a model did.
     *
     * @param rouge the mean of ROUGE-L over the longer answers, from 0 to 100
     * @param exact percent of the brief answers that are right
     * @param accuracy percent of given answers' tokens that are the likeliest
     * @param perplexity of given answers
     */
    record Marks(double rouge, double exact, double accuracy, double perplexity, List<String> answers) {}

    Marks of(Decoder lm) {
        List<String> answers = answers(lm);
        double[] given = given(lm);
        return new Marks(
                100
                        * mean(
                                false,
                                i -> RougeL.of(answers.get(i), questions.get(i).answer())),
                100
                        * mean(
                                true,
                                i -> RougeL.same(
                                                answers.get(i), questions.get(i).answer())
                                        ? 1
                                        : 0),
                100 * given[0],
                given[1],
                answers);
    }

    private double mean(boolean brief, IntToDoubleFunction mark) {
        return IntStream.range(0, questions.size())
                .filter(i -> questions.get(i).brief() == brief)
                .mapToDouble(mark)
                .average()
                .orElse(0);
    }

    private List<String> answers(Decoder lm) {
        List<Request> requests = new ArrayList<>();
        for (Questions.Pair pair : questions) {
            requests.add(Request.of(Lines.prompt(pair, tokenizer))
                    .with(Stops.tokens(Lines.end(tokenizer)))
                    .withMaxTokens(tokens));
        }
        try (CausalLM fast = lm.forDecoding(Compute.F32);
                Engine engine = new Engine(fast)) {
            return engine.run(requests).stream()
                    .map(Result::ids)
                    .map(ids -> tokenizer.decode(ids, true).strip())
                    .toList();
        }
    }

    /** Accuracy and perplexity. */
    private double[] given(Decoder lm) {
        double right = 0;
        double loss = 0;
        double all = 0;
        Decoder exact = lm.in(Compute.F32);
        for (long i = 0; i < Math.ceilDiv(measured.rows(), ROWS); i++) {
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                Batch batch = measured.batch(i, ROWS);
                int rows = (int) batch.targets().numel();
                Tensor best =
                        exact.forward(batch.input(), Tap.NONE).logits(0, rows).argmax(new LongOptional(1), false);
                Tensor hits = best.eq(batch.targets().flatten());
                right += hits.mul(batch.mask().flatten()).sum().item_double();
                loss += new NextToken().sum(exact, batch).item_double();
                all += Ops.floats(batch.mask().sum())[0];
            }
        }
        return new double[] {right / all, Math.exp(loss / all)};
    }
}
