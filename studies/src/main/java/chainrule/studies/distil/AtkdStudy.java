package chainrule.studies.distil;

import chainrule.studies.Claim;
import chainrule.studies.Finding;
import chainrule.studies.Lab;
import chainrule.studies.Outcome;
import chainrule.studies.Paper;
import chainrule.studies.Size;
import chainrule.studies.Study;
import chainrule.text.BpeTrainer;
import chainrule.text.HuggingFaceTokenizer;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether a surer teacher says less of the other tokens, and whether adaptive teaching brings it back: one student, teachers
 * of growing certainty on the same questions, and the losses in turn.
 */
public record AtkdStudy() implements Study {
    private static final Claim CERTAINTY = Claim.gate(
            "uncertainty-falls",
            "From the least to the surest teacher the median uncertainty falls by 30 % or more.",
            "%");
    private static final Claim SHARE = Claim.gate(
            "diversity-falls",
            "From the least to the surest teacher the other tokens' share of the divergence falls by 30 % or more.",
            "%");
    private static final Claim PARTS = Claim.reported(
            "diversity-beats-target",
            "Taught the other tokens alone a student answers better than taught the target alone.",
            "ROUGE-L points");
    private static final Claim HEADLINE = Claim.reported(
            "atkd-beats-kd",
            "Adaptive teaching gives better answers than forward KL, over all teachers.",
            "ROUGE-L points");
    private static final Claim DROP = Claim.reported(
            "smaller-drop",
            "From the best to the surest teacher the answers lose less with adaptive teaching than with forward KL.",
            "ROUGE-L points");

    private static final double FALL = 30;

    @Override
    public String name() {
        return "atkd";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "Revisiting Knowledge Distillation for Autoregressive Language Models",
                "Qihuang Zhong, Liang Ding, Li Shen, Juhua Liu, Bo Du, Dacheng Tao",
                "ACL, 2024",
                "https://arxiv.org/abs/2402.11890");
    }

    @Override
    public String method(Size size) {
        Plan plan = Plan.of(size);
        return String.format(
                Locale.ROOT,
                "%s, split by subject 80/10/10; a BPE of %d tokens; a student of %d layers of width %d, trained on the answers as"
                        + " plain text for %d steps; %d teachers trained on question and answer for %.0f to %.0f epochs;"
                        + " each way of teaching takes %d steps of %d rows, with %d seed%s. Judged by ROUGE-L of greedy"
                        + " answers of up to %d tokens to %d questions on subjects that nobody was trained on.",
                size == Size.SMOKE
                        ? "WordNet's words and definitions"
                        : "Questions and answers on genetic conditions (MedQuAD, GHR) and brief ones made of them",
                plan.vocabulary(),
                plan.student().layers(),
                plan.student().width(),
                plan.pretraining(),
                plan.rungs().size(),
                plan.rungs().getFirst().epochs(),
                plan.rungs().getLast().epochs(),
                plan.steps(),
                Course.ROWS,
                plan.seeds(),
                plan.seeds() == 1 ? "" : "s",
                plan.answer(),
                plan.questions());
    }

    /** At {@code SMOKE} students are too small to answer at all. */
    @Override
    public List<Claim> claims(Size size) {
        return size == Size.SMOKE ? List.of(CERTAINTY, SHARE) : List.of(CERTAINTY, SHARE, PARTS, HEADLINE, DROP);
    }

    @Override
    public Outcome run(Size size, Lab lab) throws IOException {
        Plan plan = Plan.of(size);
        Questions questions = Questions.of(size, lab);
        String json = new BpeTrainer(plan.vocabulary(), List.of(Lines.END, Lines.ANSWER))
                .train(questions.training().stream().map(p -> p.prompt() + p.answer()));
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.parse(json, "the study's tokenizer")) {
            return new Course(plan, questions, tokenizer, lab)
                    .held((certainties, marks) -> findings(certainties, marks).stream()
                            .filter(f -> claims(size).contains(f.claim()))
                            .toList());
        }
    }

    private static List<Finding> findings(List<Certainty> certainties, Map<Plan.Arm, List<Exam.Marks>> marks) {
        Certainty first = certainties.getFirst();
        Certainty last = certainties.getLast();
        double uncertainty = 100 * (1 - last.uncertainty() / first.uncertainty());
        double share = 100 * (1 - last.share() / first.share());
        int seeds = marks.values().iterator().next().size();
        double[] parts = new double[seeds];
        double[] adaptive = new double[seeds];
        double[] drops = new double[seeds];
        for (int s = 0; s < seeds; s++) {
            double[] target = rouge(marks, "TKD only", s);
            double[] diversity = rouge(marks, "DKD only", s);
            double[] plain = rouge(marks, "forward KL", s);
            double[] atkd = rouge(marks, "ATKD", s);
            parts[s] = average(diversity) - average(target);
            adaptive[s] = average(atkd) - average(plain);
            drops[s] = drop(plain) - drop(atkd);
        }
        return List.of(
                CERTAINTY.found(uncertainty, uncertainty >= FALL),
                SHARE.found(share, share >= FALL),
                PARTS.above(0, parts),
                HEADLINE.above(0, adaptive),
                DROP.above(0, drops));
    }

    /** Of a way of teaching, by each of its teachers in turn. */
    private static double[] rouge(Map<Plan.Arm, List<Exam.Marks>> marks, String name, int seed) {
        return marks.entrySet().stream()
                .filter(e -> e.getKey().name().equals(name))
                .mapToDouble(e -> e.getValue().get(seed).rouge())
                .toArray();
    }

    private static double average(double... values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** From the best teacher to the surest. */
    private static double drop(double... byTeacher) {
        return Arrays.stream(byTeacher).max().orElseThrow() - byTeacher[byTeacher.length - 1];
    }
}
