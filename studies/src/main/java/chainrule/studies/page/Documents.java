package chainrule.studies.page;

import chainrule.BadInput;
import chainrule.studies.Report;
import chainrule.studies.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The documentation of studies: a page for each result of the laptop size, and the README's table. */
public final class Documents {
    private static final String BEGIN = "<!-- studies: written by ./chainrule study --docs . -->\n";
    private static final String END = "<!-- end of studies -->";

    private Documents() {}

    /**
     * Writes {@code docs/STUDY.md} below {@code root}, and the table in its {@code README.md}.
     *
     * @return what was written
     * @throws BadInput where the README has no place for the table
     */
    public static List<Path> write(Path results, Path root) throws IOException {
        List<Report> reports = reports(results);
        List<Path> written = new ArrayList<>();
        Files.createDirectories(root.resolve("docs"));
        for (Report report : reports) {
            Path page = root.resolve("docs").resolve(report.study() + ".md");
            Files.writeString(page, Markdown.page(report));
            written.add(page);
        }
        Path readme = root.resolve("README.md");
        Files.writeString(readme, withTable(Files.readString(readme), reports));
        written.add(readme);
        return written;
    }

    /** The results of the laptop size in a folder, by name. */
    public static List<Report> reports(Path results) throws IOException {
        try (Stream<Path> files = Files.list(results)) {
            List<Report> all = new ArrayList<>();
            for (Path file : files.filter(f -> f.toString().endsWith("." + Size.LAPTOP + ".json"))
                    .sorted()
                    .toList()) {
                all.add(ResultFile.read(file));
            }
            return all;
        }
    }

    /** {@code readme} with the table of {@code reports} between its two marks. */
    public static String withTable(String readme, List<Report> reports) {
        int from = readme.indexOf(BEGIN);
        int to = readme.indexOf(END);
        if (from < 0 || to < from) {
            throw new BadInput("The README has no place for the table of studies: it needs the lines " + BEGIN.strip()
                    + " and " + END + ".");
        }
        StringBuilder table =
                new StringBuilder("| study | paper | gates: measured here | verdict |\n|---|---|---|---|\n");
        reports.forEach(report -> table.append(Markdown.row(report)));
        return readme.substring(0, from + BEGIN.length()) + table + readme.substring(to);
    }
}
