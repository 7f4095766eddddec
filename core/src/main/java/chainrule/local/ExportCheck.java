package chainrule.local;

import chainrule.BadInput;
import chainrule.checkpoint.Checkpoint;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * What is read again of an exported model, against the model in memory: on some prompts, in float32.
 *
 * @param prompts how many were read
 * @param largestDifference between two logits
 * @param perplexityBefore of the model in memory
 * @param perplexity of the exported one
 */
public record ExportCheck(int prompts, double largestDifference, double perplexityBefore, double perplexity) {
    private static final int TOKENS = 32;

    /** What rounding in sums may change, as a share of the largest logit. */
    private static final double CLOSE = 1e-4;

    /**
     * Compares the two, which takes the memory of both.
     *
     * <p>The number type explains what is left when the model in memory is rounded as the file is: then nothing is to
     * differ but sums. So {@code lm} is rounded in the end.
     *
     * @param own the tokenizer of the model in memory
     * @param types of the exported file
     * @throws BadInput where the exported model differs by more than its number type, or has another tokenizer or template
     */
    public static ExportCheck of(
            Models.Form form, Decoder lm, Prompts own, Checkpoint exported, Models.Types types, List<String> texts) {
        List<int[]> prompts = prompts(own, exported, texts, lm);
        try (CausalLM again = Models.loadForDecoding(exported, Compute.F32)) {
            Seen found = Seen.of(lm, again, prompts);
            Models.round(form, lm.parameters(), types);
            Seen rounded = Seen.of(lm, again, prompts);
            if (!(rounded.share <= CLOSE)) {
                throw wrong(
                        exported,
                        "its logits differ by up to " + rounded.difference
                                + " from those of the model in memory rounded to the same number type");
            }
            return new ExportCheck(
                    prompts.size(),
                    found.difference,
                    Math.exp(found.before / found.scored),
                    Math.exp(found.after / found.scored));
        }
    }

    /**
     * What two models say of the same texts.
     *
     * @param share of the largest logit of a text by which the two differ
     * @param before negative log-likelihood of the one, {@code after} of the other, over {@code scored} tokens
     */
    private record Seen(double difference, double share, double before, double after, long scored) {
        static Seen of(Decoder lm, CausalLM again, List<int[]> prompts) {
            double difference = 0;
            double share = 0;
            double before = 0;
            double after = 0;
            long scored = 0;
            try (CausalLM ours = lm.forDecoding(Compute.F32);
                    var _ = new NoGradGuard()) {
                for (int[] ids : prompts) {
                    try (var _ = new Scope()) {
                        Tensor mine = logits(ours, ids);
                        Tensor theirs = logits(again, ids);
                        double largest = largest(mine.sub(theirs));
                        difference = Math.max(difference, largest);
                        share = Math.max(share, largest / (1 + largest(mine)));
                        before += nll(mine, ids);
                        after += nll(theirs, ids);
                        scored += ids.length - 1;
                    }
                }
            }
            return new Seen(difference, share, before, after, scored);
        }
    }

    /** As a sentence. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d texts: logits differ by up to %.2g; perplexity %.4f, was %.4f (%+.3f %%)",
                prompts,
                largestDifference,
                perplexity,
                perplexityBefore,
                100 * (perplexity / perplexityBefore - 1));
    }

    private static List<int[]> prompts(Prompts own, Checkpoint exported, List<String> texts, Decoder lm) {
        try (Prompts other = Prompts.of(exported, _ -> {})) {
            for (String text : texts) {
                if (!Arrays.equals(own.text(text), other.text(text))) {
                    throw wrong(exported, "its tokenizer reads '" + text + "' otherwise");
                }
            }
            Optional<String> template = own.template();
            if (!template.equals(exported.chatTemplate())) {
                throw wrong(exported, "it has another chat template");
            }
        }
        int most = Math.min(TOKENS, lm.context());
        List<int[]> prompts = texts.stream()
                .map(own::text)
                .filter(ids -> ids.length > 1)
                .map(ids -> Arrays.copyOf(ids, Math.min(most, ids.length)))
                .toList();
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("there is no text of two tokens to compare on");
        }
        return prompts;
    }

    private static BadInput wrong(Checkpoint exported, String what) {
        return new BadInput("The exported model is not the same: " + what + ". Nothing was left of "
                + exported.path().getFileName() + ".");
    }

    /** [T,V] */
    private static Tensor logits(CausalLM lm, int[] ids) {
        Step step = lm.forward(Input.of(Ops.ids(ids).unsqueeze(0)), Tap.NONE);
        return step.logits(0, step.rows());
    }

    private static double largest(Tensor t) {
        return t.abs().max().item_double();
    }

    private static double nll(Tensor logits, int[] ids) {
        Tensor logP = Ops.logSoftmax(Ops.slice(logits, 0, 0, ids.length - 1L), -1);
        Tensor next = Ops.ids(Arrays.copyOfRange(ids, 1, ids.length)).unsqueeze(1);
        return -logP.gather(1, next).sum().item_double();
    }
}
