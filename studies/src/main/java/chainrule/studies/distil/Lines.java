package chainrule.studies.distil;

import chainrule.data.Batches;
import chainrule.data.Rows;
import chainrule.data.Windows;
import chainrule.objective.Batch;
import chainrule.tensor.Ops;
import chainrule.text.Tokenizer;
import chainrule.train.Examples;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pairs as rows: question, the token that an answer begins with, answer, the token that it ends with; of which the answer and
 * its end are trained.
 *
 * @param texts ids
 * @param length T, of which longer rows have the beginning
 * @param answer the token before an answer
 */
record Lines(List<int[]> texts, int length, int answer) implements Windows {
    /** The tokens that a tokenizer of this study has besides those of text. */
    static final String END = "<|endoftext|>";

    static final String ANSWER = "<|answer|>";

    static Lines of(List<Questions.Pair> pairs, Tokenizer tokenizer, int length) {
        return new Lines(
                pairs.stream()
                        .map(p -> row(prompt(p, tokenizer), p, tokenizer))
                        .filter(row -> IntStream.of(row).limit(length).anyMatch(id -> id == answer(tokenizer)))
                        .toList(),
                length,
                answer(tokenizer));
    }

    /** What a model goes on from. */
    static int[] prompt(Questions.Pair pair, Tokenizer tokenizer) {
        int[] question = tokenizer.ids(pair.prompt(), false);
        int[] prompt = Arrays.copyOf(question, question.length + 1);
        prompt[question.length] = answer(tokenizer);
        return prompt;
    }

    private static int[] row(int[] prompt, Questions.Pair pair, Tokenizer tokenizer) {
        int[] answer = tokenizer.ids(pair.answer(), false);
        int[] row = Arrays.copyOf(prompt, prompt.length + answer.length + 1);
        System.arraycopy(answer, 0, row, prompt.length, answer.length);
        row[row.length - 1] = end(tokenizer);
        return row;
    }

    static int answer(Tokenizer tokenizer) {
        return tokenizer.id(ANSWER).orElseThrow();
    }

    static int end(Tokenizer tokenizer) {
        return tokenizer.id(END).orElseThrow();
    }

    @Override
    public long count() {
        return texts.size();
    }

    @Override
    public int read(long i, int[] row) {
        int[] ids = texts.get((int) i);
        int real = Math.min(ids.length, row.length);
        Arrays.fill(row, 0);
        System.arraycopy(ids, 0, row, 0, real);
        return real;
    }

    /** The answers are trained. */
    Batch answers(Rows some) {
        Batch batch = Batch.of(some);
        for (int b = 0; b < some.ids().length; b++) {
            int[] ids = some.ids()[b];
            int begins = IntStream.range(0, ids.length)
                    .filter(t -> ids[t] == answer)
                    .findFirst()
                    .orElseThrow();
            Ops.slice(batch.mask().select(0, b), 0, 0, begins).zero_();
        }
        return batch;
    }

    /** In the order that a seed gives. */
    Examples shuffled(long seed) {
        Batches order = new Batches(this, seed);
        return examples((number, rows) -> order.rows(number, rows));
    }

    /** Each once. */
    Examples inOrder() {
        return examples((number, rows) -> rows(number * rows, rows));
    }

    private interface Order {
        Rows rows(long number, int rows);
    }

    private Examples examples(Order order) {
        return new Examples() {
            @Override
            public long rows() {
                return count();
            }

            @Override
            public Batch batch(long number, int rows) {
                return answers(order.rows(number, rows));
            }

            @Override
            public String description() {
                return "answers";
            }
        };
    }

    /** The answers alone, as texts. */
    static Examples plain(List<Questions.Pair> pairs, Tokenizer tokenizer, int length, long seed) {
        List<int[]> rows = pairs.stream()
                .map(p -> row(new int[] {end(tokenizer)}, p, tokenizer))
                .toList();
        return Examples.of(new Batches(new Lines(rows, length, -1), seed));
    }
}
