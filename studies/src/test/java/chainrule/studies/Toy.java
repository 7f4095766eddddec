package chainrule.studies;

import chainrule.Progress;
import chainrule.studies.data.DataFolders;
import chainrule.studies.page.Bars;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A study of nothing, with a claim of every kind and text that markup must not swallow. */
public record Toy(boolean complete) implements Study {
    static final Claim HOLDS = Claim.gate("sum", "1 + 1 < 3", "apples").published(2);
    static final Claim FAILS = Claim.reported("odd", "2 | 4 is odd", "");
    static final Claim SPREAD = Claim.gate("spread", "the mean is above 0", "%");
    static final Claim UNSAID = Claim.reported("unsaid", "nothing is known", "");

    @Override
    public String name() {
        return "toy";
    }

    @Override
    public Paper paper() {
        return new Paper("On <toys> & \"studies\"", "A. Author, B. Author", "Journal, 2026", "https://example.org/1");
    }

    @Override
    public String method(Size size) {
        return "Counts apples.";
    }

    @Override
    public List<Claim> claims(Size size) {
        return List.of(HOLDS, FAILS, SPREAD, UNSAID);
    }

    @Override
    public Outcome run(Size size, Lab lab) {
        List<Finding> all = List.of(
                HOLDS.found(2, true),
                FAILS.found(4, false),
                SPREAD.above(0, 1.0, -1.0, 0.5),
                UNSAID.unclear(Double.NaN, "there are no pears"));
        return new Outcome(
                List.of(1L, 2L, 3L),
                complete ? all : all.subList(0, 3),
                List.of(new Outcome.Table(
                        "Apples",
                        List.of("day", "count", "share"),
                        List.of(List.of("Monday | Tuesday", 3L, 0.25), List.of("<b>", 12L, 0.75)))),
                List.of(new Bars("Apples", "kg", List.of(new Bars.Bar("ours", 2.5, 3), new Bars.Bar("loss", -1)))),
                List.of(new Outcome.Example(
                        "Once", List.of(new Outcome.Continuation("greedy", "upon\n<script>alert(1)</script>")))),
                List.of("Apples are round."));
    }

    static Report report() {
        return Stream.of(new Toy(true))
                .map(t -> new Report(
                        t.name(),
                        t.paper(),
                        Size.LAPTOP,
                        t.method(Size.LAPTOP),
                        "a machine",
                        1.5,
                        "abc",
                        t.run(Size.LAPTOP, lab())))
                .findFirst()
                .orElseThrow();
    }

    static Lab lab() {
        return lab(Optional.empty());
    }

    /** A lab without data, whose progress nobody sees. */
    static Lab lab(Optional<String> model) {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new Lab(
                model,
                new DataFolders(List.of(), Path.of("none")),
                Optional.empty(),
                new Progress.Screen(nowhere, false),
                _ -> {},
                Kept.NOTHING);
    }
}
