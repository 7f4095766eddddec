package chainrule.objective;

import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.optim.Pass;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Choices put to a language model. An option's score is the mean log-probability of its tokens after the prompt,
 * s[o] = 1/|o| Σ log p(o[t] | prompt, o[&lt;t]); the loss is the cross-entropy of the scores over a choice's options,
 * −s[right] + log Σ exp s[o], in the mean over choices (Malladi et al., "Fine-tuning language models with just forward
 * passes", 2023, "train as classification"). Neither the sum of the tokens, which favours short options, nor their
 * logits.
 *
 * <p>Options that the model reads the same tokens for are read once, as all one-token options of a choice are.
 *
 * <p>Legend: B texts read, T their length, N option tokens, O options, D width.
 *
 * @param list one or more
 */
public record Choices(List<Choice> list) {
    public Choices {
        list = List.copyOf(list);
        if (list.isEmpty()) {
            throw new IllegalArgumentException("there is no choice to make");
        }
    }

    /** The scores of all options, one choice after the other: [O], float32 or wider, in the graph. */
    public Tensor scores(CausalLM lm) {
        Layout layout = Layout.of(list);
        Step step = lm.forward(Input.of(Ops.ids(layout.rows())), Tap.NONE);
        Tensor at = Ops.tensor(layout.places(), layout.count());
        Tensor logits = lm.headWeight()
                .map(w -> {
                    Tensor hND = step.hidden().index_select(0, at);
                    return torch.linear(hND, w.to(hND.scalar_type()));
                })
                .orElseGet(() -> step.logits(0, step.rows()).index_select(0, at));
        Tensor wide = logits.element_size() < Float.BYTES ? logits.to(ScalarType.Float) : logits;
        Tensor logP = Ops.logSoftmax(wide, -1)
                .gather(1, Ops.tensor(layout.targets(), layout.count(), 1))
                .squeeze(1);
        Tensor[] scores = new Tensor[layout.lengths.size()];
        long from = 0;
        for (int o = 0; o < scores.length; o++) {
            int length = layout.lengths.get(o);
            scores[o] = logP.narrow(0, from, length).mean();
            from += length;
        }
        return Ops.stack(Arrays.asList(scores), 0);
    }

    /** The mean cross-entropy: a scalar in the graph. */
    public Tensor loss(CausalLM lm) {
        Tensor scores = scores(lm);
        List<Tensor> each = new ArrayList<>();
        long from = 0;
        for (Choice c : list) {
            Tensor own = scores.narrow(0, from, c.options().size());
            each.add(Ops.logSoftmax(own, 0).select(0, c.right()).neg());
            from += c.options().size();
        }
        return Ops.stack(each, 0).mean();
    }

    /** The loss as a part of a training step, times {@code weight}. */
    public Pass pass(CausalLM lm, double weight) {
        return new Pass() {
            @Override
            public double value() {
                try (var _ = new Scope();
                        var _ = new NoGradGuard()) {
                    return weight * loss(lm).item_double();
                }
            }

            @Override
            public double backward() {
                try (var _ = new Scope()) {
                    Tensor loss = Ops.mul(loss(lm), weight);
                    loss.backward();
                    return loss.item_double();
                }
            }
        };
    }

    /** What a model says to each choice, without a gradient: its options' scores. */
    public List<double[]> answers(CausalLM lm) {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            float[] all = Ops.floats(scores(lm));
            List<double[]> found = new ArrayList<>();
            int from = 0;
            for (Choice c : list) {
                double[] own = new double[c.options().size()];
                for (int o = 0; o < own.length; o++) {
                    own[o] = all[from++];
                }
                found.add(own);
            }
            return found;
        }
    }

    /** The share of choices whose right option has the highest score; of equal ones the first counts. */
    public double accuracy(CausalLM lm) {
        List<double[]> answers = answers(lm);
        int right = 0;
        for (int i = 0; i < answers.size(); i++) {
            right += best(answers.get(i)) == list.get(i).right() ? 1 : 0;
        }
        return (double) right / answers.size();
    }

    /** The number of the highest score; of equal ones the first. */
    public static int best(double... scores) {
        int best = 0;
        for (int o = 1; o < scores.length; o++) {
            best = scores[o] > scores[best] ? o : best;
        }
        return best;
    }

    /**
     * The right options as texts to learn from by teacher forcing: of each text only the option's tokens are trained, and
     * the mean is over all of them. Trained by {@link NextToken}.
     */
    public Batch forced() {
        int longest = list.stream()
                .mapToInt(c -> c.prompt().length + c.options().get(c.right()).length)
                .max()
                .orElseThrow();
        int[][] rows = new int[list.size()][];
        for (int b = 0; b < rows.length; b++) {
            rows[b] = Arrays.copyOf(joined(list.get(b), list.get(b).right()), longest);
        }
        Batch batch = Batch.of(Ops.ids(rows));
        batch.mask().zero_();
        for (int b = 0; b < rows.length; b++) {
            Choice c = list.get(b);
            long length = c.options().get(c.right()).length;
            batch.mask().select(0, b).narrow(0, c.prompt().length - 1L, length).fill_(new Scalar(1));
        }
        return batch;
    }

    private static int[] joined(Choice c, int option) {
        int[] o = c.options().get(option);
        int[] all = Arrays.copyOf(c.prompt(), c.prompt().length + o.length);
        System.arraycopy(o, 0, all, c.prompt().length, o.length);
        return all;
    }

    /**
     * What is read, and where the options' tokens are predicted.
     *
     * @param texts read, each once, with its row
     * @param at row and position after which each option token comes
     * @param lengths of the options
     */
    private record Layout(Map<List<Integer>, Integer> texts, List<int[]> at, List<Integer> ids, List<Integer> lengths) {
        static Layout of(List<Choice> list) {
            Layout layout = new Layout(new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (Choice c : list) {
                for (int o = 0; o < c.options().size(); o++) {
                    int[] option = c.options().get(o);
                    int[] all = joined(c, o);
                    List<Integer> read =
                            Arrays.stream(all, 0, all.length - 1).boxed().toList();
                    int row = layout.texts.computeIfAbsent(read, _ -> layout.texts.size());
                    for (int t = 0; t < option.length; t++) {
                        layout.at.add(new int[] {row, c.prompt().length - 1 + t});
                        layout.ids.add(option[t]);
                    }
                    layout.lengths.add(option.length);
                }
            }
            return layout;
        }

        int count() {
            return ids.size();
        }

        private int length() {
            return texts.keySet().stream().mapToInt(List::size).max().orElseThrow();
        }

        /** Padded on the right with 0: [B,T]. */
        int[][] rows() {
            int length = length();
            return texts.keySet().stream()
                    .map(text -> Arrays.copyOf(text.stream().mapToInt(x -> x).toArray(), length))
                    .toArray(int[][]::new);
        }

        /** Of each option token, b·T + t. */
        long[] places() {
            long length = length();
            return at.stream().mapToLong(p -> p[0] * length + p[1]).toArray();
        }

        long[] targets() {
            return ids.stream().mapToLong(x -> x).toArray();
        }
    }
}
