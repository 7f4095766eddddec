package chainrule.studies.tuning;

import chainrule.checkpoint.Checkpoint;
import chainrule.local.ModelArgument;
import chainrule.studies.Claim;
import chainrule.studies.Finding;
import chainrule.studies.Lab;
import chainrule.studies.Outcome;
import chainrule.studies.Paper;
import chainrule.studies.Size;
import chainrule.studies.Study;
import chainrule.studies.page.Bars;
import chainrule.studies.tuning.Arms.Arm;
import chainrule.studies.tuning.Arms.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Whether a model that is already trained can be tuned by forward passes alone, in the memory of inference, and whether
 * that rests on its training and on the prompt.
 */
public record MezoStudy() implements Study {
    private static final Claim RESTORE = Claim.gate(
            "restore", "A step of no length leaves every parameter within 2 units in the last place.", "units");
    private static final Claim REPLAY = Claim.gate(
            "replay", "The log of a run leads from the first parameters to the last ones bit for bit.", "differing");
    private static final Claim FALLS =
            Claim.gate("falls", "The loss of the last fifth of the steps is below that of the first.", "of the first");

    private static final Claim GAIN = Claim.gate(
            "gain",
            "Tuned by forward passes it is at least 5 points more accurate than before, and its interval lies above.",
            "points");
    private static final Claim MEMORY = Claim.gate(
                    "memory", "A step on all parameters peaks at most at 1.15 times inference's memory.", "x")
            .published(1);
    private static final Claim ADAM = Claim.gate(
                    "adam-memory", "A step of Adam on all parameters peaks at least at 3 times of it.", "x")
            .published(12);
    private static final Claim TRUNK =
            Claim.gate("random-trunk", "An untrained model gains at most 5 points.", "points");
    private static final Claim PROMPT =
            Claim.gate("prompt", "The arm with the task's prompt and words gains most.", "points ahead");
    private static final Claim CALIBRATED = Claim.reported(
            "calibrated", "It is more accurate than the untuned model with a calibrated threshold.", "points");
    private static final Claim SHOWN =
            Claim.reported("in-context", "It is more accurate than the untuned model after examples.", "points");
    private static final Claim REFERENCE = Claim.reported(
            "reference", "It comes within 5 points of the same adapter trained by back-propagation.", "points");

    private static final List<Claim> SMALL = List.of(RESTORE, REPLAY, FALLS);
    private static final List<Claim> LARGE = List.of(GAIN, MEMORY, ADAM, TRUNK, PROMPT, CALIBRATED, SHOWN, REFERENCE);

    @Override
    public String name() {
        return "mezo";
    }

    @Override
    public Paper paper() {
        return new Paper(
                "Fine-Tuning Language Models with Just Forward Passes",
                "Sadhika Malladi, Tianyu Gao, Eshaan Nichani, Alex Damian, Jason D. Lee, Danqi Chen, Sanjeev Arora",
                "NeurIPS 2023",
                "https://arxiv.org/abs/2305.17333");
    }

    @Override
    public String method(Size size) {
        String small = "All parameters of the embedded model are moved for " + steps(size)
                + " steps of 16 definitions, of a noun or of a verb (ε = 0.001, η = 5e-5).";
        if (size == Size.SMOKE) {
            return small;
        }
        Shape s = shape();
        return "SmolLM2-135M, " + s.train() + " film reviews to learn from, " + s.dev() + " to choose by and "
                + s.test()
                + " to judge by, prompt \"... It was terrible/great\", in steps of 16. MeZO tunes LoRA (r = 8, α = 16, queries and"
                + " values, ε = 0.01, η = 5e-4 or 1e-3) or a prefix (5 entries, ε = 0.1, η = 0.01 or 0.05) for "
                + s.steps()
                + " steps; the best on the reviews to choose by is judged. Arms that leave something out take "
                + s.mechanism() + " steps of LoRA at η = 1e-3, the reference " + s.adam()
                + " steps of Adam at 1e-3. Memory is the operating system's count for a process of its own, less what it had"
                + " before the model was loaded. " + small;
    }

    private static int steps(Size size) {
        return size == Size.SMOKE ? 40 : 400;
    }

    private static Shape shape() {
        return new Shape(1000, 500, 1000, 1000, 800, 200, 32);
    }

    @Override
    public List<Claim> claims(Size size) {
        return size == Size.SMOKE
                ? SMALL
                : Stream.concat(SMALL.stream(), LARGE.stream()).toList();
    }

    @Override
    public Outcome run(Size size, Lab lab) throws IOException {
        Checkpoint checkpoint = lab.checkpoint(size);
        Embedded embedded =
                Embedded.of(size == Size.SMOKE ? checkpoint : ModelArgument.openDefault(), steps(size), lab);
        List<Finding> findings = new ArrayList<>(List.of(
                RESTORE.found(embedded.restored(), embedded.restored() <= 2),
                REPLAY.found(embedded.replayed(), embedded.replayed() == 0),
                FALLS.found(embedded.last() / embedded.first(), embedded.last() < embedded.first())));
        List<Outcome.Table> tables = new ArrayList<>(List.of(table(embedded)));
        if (size == Size.SMOKE) {
            return new Outcome(List.of(1L), findings, tables, List.of(), List.of(), List.of());
        }
        return large(checkpoint, shape(), findings, tables, lab);
    }

    /** The arms on a real model, after what is known of the embedded one. */
    Outcome large(Checkpoint checkpoint, Shape shape, List<Finding> findings, List<Outcome.Table> tables, Lab lab)
            throws IOException {
        Map<PeakMemory.Work, OptionalLong> peaks = new EnumMap<>(PeakMemory.Work.class);
        for (PeakMemory.Work work : PeakMemory.Work.values()) {
            peaks.put(work, PeakMemory.of(checkpoint.path(), work));
        }
        Polarity data = Polarity.of(lab, shape.train(), shape.dev(), shape.test(), 1);
        try (Arms arms = new Arms(checkpoint, shape, data, lab)) {
            Shares zero = arms.zeroShot();
            Shares calibrated = arms.calibrated();
            Shares shown = arms.shown();
            Arm best = arms.mezo();
            Arm reference = arms.reference();
            List<Arm> mechanism = arms.mechanism();
            double gain = best.after().percent() - zero.percent();
            boolean above = best.after().interval().low() > zero.interval().high();
            findings.add(
                    reference.after().percent() <= zero.percent()
                            ? GAIN.unclear(gain, "back-propagation does not gain either")
                            : new Finding(
                                    GAIN,
                                    gain,
                                    Optional.of(new Finding.Interval(
                                            best.after().interval().low() - zero.percent(),
                                            best.after().interval().high() - zero.percent())),
                                    gain >= 5 && above ? Finding.Verdict.HOLDS : Finding.Verdict.FAILS,
                                    Optional.empty()));
            findings.add(memory(MEMORY, peaks, PeakMemory.Work.MEZO, 0, 1.15));
            findings.add(memory(ADAM, peaks, PeakMemory.Work.ADAM, 3, Double.MAX_VALUE));
            double prompt = mechanism.getFirst().gain();
            double others =
                    mechanism.stream().skip(1).mapToDouble(Arm::gain).max().orElseThrow();
            double untrained = mechanism.getLast().gain();
            findings.add(TRUNK.found(untrained, untrained <= 5));
            findings.add(PROMPT.found(prompt - others, prompt > others));
            findings.add(ahead(CALIBRATED, best, calibrated, 0));
            findings.add(ahead(SHOWN, best, shown, 0));
            findings.add(ahead(REFERENCE, best, reference.after(), -5));
            tables.add(memory(peaks));
            tables.add(untuned(zero, calibrated, shown));
            tables.add(tuned(arms.tried()));
            return new Outcome(
                    List.of(1L),
                    findings,
                    tables,
                    List.of(bars(zero, calibrated, shown, arms.tried())),
                    List.of(),
                    List.of());
        }
    }

    private static Finding ahead(Claim claim, Arm best, Shares other, double bound) {
        double ahead = best.after().percent() - other.percent();
        return claim.found(ahead, ahead >= bound);
    }

    private static Finding memory(
            Claim claim, Map<PeakMemory.Work, OptionalLong> peaks, PeakMemory.Work work, double least, double most) {
        OptionalLong inference = peaks.getOrDefault(PeakMemory.Work.INFERENCE, OptionalLong.empty());
        OptionalLong peak = peaks.getOrDefault(work, OptionalLong.empty());
        if (inference.isEmpty() || peak.isEmpty()) {
            return claim.unclear(Double.NaN, "this operating system does not say what a process takes");
        }
        double ratio = (double) peak.getAsLong() / inference.getAsLong();
        return claim.found(ratio, ratio >= least && ratio <= most);
    }

    private static Outcome.Table table(Embedded e) {
        return new Outcome.Table(
                "All parameters of the embedded model",
                List.of("figure", "value"),
                List.of(
                        List.of("steps a second", e.stepsPerSecond()),
                        List.of("loss, first fifth", e.first()),
                        List.of("loss, last fifth", e.last()),
                        List.of("bytes of the log", e.logBytes())));
    }

    private static Outcome.Table memory(Map<PeakMemory.Work, OptionalLong> peaks) {
        List<List<Object>> rows = new ArrayList<>();
        peaks.forEach((work, peak) -> peak.ifPresent(bytes -> rows.add(List.of(work.toString(), bytes / 1e6))));
        return new Outcome.Table("Peak memory", List.of("work", "MB"), rows);
    }

    private static Outcome.Table untuned(Shares zero, Shares calibrated, Shares shown) {
        return new Outcome.Table(
                "The untuned model",
                List.of("how", "% right", "from", "to"),
                List.of(row("as it is", zero), row("calibrated", calibrated), row("after examples", shown)));
    }

    private static List<Object> row(String name, Shares shares) {
        return List.of(
                name,
                shares.percent(),
                shares.interval().low(),
                shares.interval().high());
    }

    private static Outcome.Table tuned(List<Arm> arms) {
        return new Outcome.Table(
                "Tuned",
                List.of("how", "% right", "from", "to", "before", "% of those to choose by", "seconds"),
                arms.stream()
                        .map(a -> Stream.concat(
                                        row(a.name(), a.after()).stream(),
                                        Stream.<Object>of(a.before(), a.dev(), a.seconds()))
                                .toList())
                        .toList());
    }

    private static Bars bars(Shares zero, Shares calibrated, Shares shown, List<Arm> arms) {
        List<Bars.Bar> all = new ArrayList<>(List.of(
                new Bars.Bar("as it is", zero.percent()),
                new Bars.Bar("calibrated", calibrated.percent()),
                new Bars.Bar("after examples", shown.percent())));
        arms.forEach(a -> all.add(new Bars.Bar(a.name(), a.after().percent())));
        return new Bars("Right answers", "%", all);
    }
}
