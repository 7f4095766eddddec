package chainrule.apps.cli;

import chainrule.Progress;
import chainrule.nn.Compute;
import chainrule.studies.Facts;
import chainrule.studies.Finding;
import chainrule.studies.Kept;
import chainrule.studies.Lab;
import chainrule.studies.Report;
import chainrule.studies.Size;
import chainrule.studies.Studies;
import chainrule.studies.data.DataFolders;
import chainrule.studies.page.Documents;
import chainrule.studies.page.Figure;
import chainrule.studies.page.HtmlPage;
import chainrule.studies.page.ResultFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code study}: tries what a paper claims. */
@Command(
        name = "study",
        description = {
            "Try what a paper claims, and write what was found as JSON and as a page. Without a name, list the studies.",
            "A claim that fails is reported; the exit code is 0 unless a study cannot run to its end."
        },
        footer = {
            "",
            "Examples:",
            "  ./chainrule study",
            "  ./chainrule study contrastive-search --size laptop",
            "  ./chainrule study --all --size smoke"
        })
final class Study implements Verb {
    @Parameters(paramLabel = "NAME", arity = "0..*", description = "Which studies.")
    List<String> names = List.of();

    @Option(names = "--all", description = "All of them.")
    boolean all;

    @Option(names = "--size", paramLabel = "SIZE", description = "smoke (${DEFAULT-VALUE}), laptop or paper.")
    String size = "smoke";

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "Instead of the size's own: the embedded one for smoke, SmolLM2-135M above.")
    Optional<String> model = Optional.empty();

    @Option(names = "--compute", paramLabel = "TYPE", description = "Number type of products: f32, bf16 or int8.")
    Optional<String> compute = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Where the results go: STUDY.SIZE.json and .html (${DEFAULT-VALUE}).")
    Path out = Path.of("results");

    @Option(
            names = "--docs",
            paramLabel = "FOLDER",
            description =
                    "Run nothing: write the documentation's pages and the README's table of the laptop results in --out,"
                            + " below this folder.")
    Optional<Path> docs = Optional.empty();

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public int run(Console console) throws IOException {
        if (docs.isPresent()) {
            Documents.write(out, docs.get()).forEach(file -> console.println(file.toString()));
            return DONE;
        }
        List<chainrule.studies.Study> chosen =
                all ? Studies.all() : names.stream().map(Studies::find).toList();
        if (chosen.isEmpty()) {
            Studies.all()
                    .forEach(s -> console.println(String.format(
                            Locale.ROOT, "%-24s %s", s.name(), s.paper().title())));
            return DONE;
        }
        if (json && chosen.size() > 1) {
            throw new Failure.Usage("--json prints the result of one study: name one.");
        }
        Lab lab = new Lab(
                model,
                DataFolders.of(console.environment()),
                compute.map(Compute::parse),
                new Progress.Screen(console.err(), console.terminal()),
                line -> console.note("chainrule: " + line),
                Kept.NOTHING);
        for (chainrule.studies.Study study : chosen) {
            Kept kept = kept(study);
            if (kept.parts() > 0) {
                console.note("Going on with an earlier run of " + study.name() + ", which has found " + kept.parts()
                        + " of its parts.");
            }
            show(Studies.run(study, Size.parse(size), lab.with(kept), Facts.commit(Path.of("."))), console);
            kept.drop();
        }
        return DONE;
    }

    /** Beside the result; what takes seconds is not kept. */
    private Kept kept(chainrule.studies.Study study) throws IOException {
        return Size.parse(size) == Size.SMOKE
                ? Kept.NOTHING
                : Kept.in(out.resolve("." + study.name() + "." + size), model + " " + compute);
    }

    private void show(Report report, Console console) throws IOException {
        Path file = ResultFile.path(out, report);
        ResultFile.write(report, file);
        Path page = file.resolveSibling(report.study() + "." + report.size() + ".html");
        Files.writeString(page, HtmlPage.of(report));
        if (json) {
            console.json(ResultFile.json(report));
            return;
        }
        console.println(String.format(
                Locale.ROOT, "%s (%s): %s, %.0f s", report.study(), report.size(), report.verdict(), report.seconds()));
        for (Finding f : report.outcome().findings()) {
            console.println(String.format(
                    Locale.ROOT, "  %-8s %-28s %s", f.verdict(), f.claim().id(), Figure.ours(f)));
        }
        console.println("  " + file + ", " + page);
    }

    @Override
    public List<String> names() {
        return List.of(
                "",
                "Studies: "
                        + String.join(
                                ", ",
                                Studies.all().stream()
                                        .map(chainrule.studies.Study::name)
                                        .toList()));
    }
}
