package chainrule.studies.gdc;

import chainrule.Progress;
import chainrule.control.Constraint;
import chainrule.control.Estimate;
import chainrule.control.ImportanceWeights;
import chainrule.control.Newton;
import chainrule.control.Sampler;
import chainrule.control.Scorer;
import chainrule.control.SequenceModel;
import chainrule.control.Sequences;
import chainrule.control.Target;
import chainrule.gdc.Evaluation;
import chainrule.gdc.Reinforce;
import chainrule.gdc.Settings;
import chainrule.model.Decoder;
import chainrule.optim.AdamW;
import chainrule.studies.Kept;
import chainrule.studies.Lab;
import chainrule.studies.data.DataSets;
import chainrule.text.BpeTrainer;
import chainrule.text.HuggingFaceTokenizer;
import chainrule.train.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model of legislators' biographies, of which 3.5 % are women's, trained towards as many women as men.
 *
 * @param optimum KL(p‖a)
 * @param rewarded the evaluations of REINFORCE
 */
record BiographiesPart(
        Measured original, Estimate optimum, Measured policy, Measured reward, List<Evaluation> rewarded) {
    private static final String END = "<|endoftext|>";
    private static final int LONGEST = 56;
    private static final long STEPS = 80;
    static final double TARGET = 0.5;

    static BiographiesPart run(Lab lab) throws IOException {
        List<String> texts = texts(lab.data().files(DataSets.LEGISLATORS).getFirst());
        Path folder = Files.createTempDirectory("chainrule-study");
        try {
            Files.writeString(
                    folder.resolve("tokenizer.json"), new BpeTrainer(768, List.of(END)).train(texts.stream()));
            try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.open(folder)) {
                return run(texts, tokenizer, lab);
            }
        } finally {
            Durable.deleteAll(folder);
        }
    }

    private static BiographiesPart run(List<String> texts, HuggingFaceTokenizer tokenizer, Lab lab) throws IOException {
        int end = tokenizer.id(END).orElseThrow();
        List<int[]> ids = texts.stream()
                .map(text -> tokenizer.ids(text, false))
                .filter(text -> text.length < LONGEST)
                .toList();
        try (Decoder lm =
                        new SmallModel(tokenizer.size(), LONGEST, end, 128, 500).train("biographies: model", ids, lab);
                Progress progress = lab.progress("biographies: control", 2 * STEPS)) {
            return run(
                    SequenceModel.of(lm, Sequences.of(tokenizer, new int[] {end}, LONGEST, end)), lab.kept(), progress);
        }
    }

    private static BiographiesPart run(SequenceModel base, Kept kept, Progress progress) throws IOException {
        Scorer women = new Scorer.PronounMajority(Scorer.Gender.FEMALE);
        Target target = base.constrain(new Newton(), 10_240, 1, Constraint.onAverage(women, TARGET))
                .target();
        Settings settings = Settings.of(STEPS, 256, new AdamW(1e-3, 0.9, 0.999, 1e-8, 0, 1))
                .evaluated(10, 512)
                .withSeed(1);
        NamesPart.Trained policy = kept.once(
                "biographies", NamesPart.Trained.class, () -> NamesPart.trained("GDC", target, settings, progress, 0));
        NamesPart.Trained reward = kept.once(
                "biographies by reward",
                NamesPart.Trained.class,
                () -> NamesPart.trained("REINFORCE", target, settings.with(new Reinforce(women)), progress, STEPS));
        try (Sampler sampler = base.sampler()) {
            Sampler.Drawn drawn = sampler.draw(10_240, 78);
            ImportanceWeights weights = new ImportanceWeights(target.logProbabilities(drawn.texts()), drawn.logQ());
            return new BiographiesPart(
                    Measured.of("original", base, base, List.of(women), 2048),
                    weights.kl(weights.z().value(), drawn.logQ()),
                    policy.policy(),
                    reward.policy(),
                    reward.evaluations());
        }
    }

    /** REINFORCE's KL(π‖a) when it first had as many women as the policy; infinite where it never had. */
    double rewardDistance() {
        return rewarded.stream()
                .filter(e -> e.moments().getFirst().value() >= policy.moments().getFirst())
                .mapToDouble(e -> e.klBase().value())
                .findFirst()
                .orElse(Double.POSITIVE_INFINITY);
    }

    private static List<String> texts(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.skip(1)
                    .filter(line -> !line.contains("\""))
                    .map(line -> line.split(",", -1))
                    .filter(cells -> cells.length == 8 && cells[3].length() == 10)
                    .map(BiographiesPart::text)
                    .toList();
        }
    }

    /** @param cells last, first and middle name, birthday, gender, type, state, party */
    private static String text(String... cells) {
        boolean woman = cells[4].equals("F");
        return cells[1] + " " + cells[0] + " was born in " + cells[3].substring(0, 4) + ", and "
                + (woman ? "she" : "he") + " was a " + (cells[5].equals("sen") ? "senator" : "representative")
                + " from " + cells[6] + ". People knew " + (woman ? "her" : "him") + " as a "
                + (cells[7].isEmpty() ? "member of no party" : cells[7]) + ".";
    }
}
