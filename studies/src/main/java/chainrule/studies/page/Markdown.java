package chainrule.studies.page;

import chainrule.studies.Finding;
import chainrule.studies.Outcome;
import chainrule.studies.Report;
import java.util.List;

/** A report as a page of the documentation, and as a row of the README's table of studies. */
public final class Markdown {
    private Markdown() {}

    public static String page(Report report) {
        StringBuilder page = new StringBuilder();
        page.append("# ").append(report.paper().title()).append("\n\n");
        page.append(report.paper().authors())
                .append(". ")
                .append(report.paper().venue())
                .append(". <")
                .append(report.paper().link())
                .append(">\n\n");
        page.append(report.method()).append("\n\n");
        page.append("```\n./chainrule study ")
                .append(report.study())
                .append(" --size ")
                .append(report.size())
                .append("\n```\n\n");
        page.append("| claim | published | here | verdict |\n|---|---|---|---|\n");
        for (Finding f : report.outcome().findings()) {
            String statement = f.claim().statement() + (f.claim().gate() ? "" : " (reported)");
            String reason = f.reason().map(r -> ": " + r).orElse("");
            row(page, List.of(statement, Figure.published(f), Figure.ours(f), f.verdict() + reason));
        }
        report.outcome().tables().forEach(table -> table(page, table));
        if (!report.outcome().notes().isEmpty()) {
            page.append("\n## Notes\n\n");
            report.outcome()
                    .notes()
                    .forEach(note -> page.append("- ").append(note).append('\n'));
        }
        return page.append('\n').append(HtmlPage.facts(report)).append('\n').toString();
    }

    /** The study, its gates and the verdict. */
    public static String row(Report report) {
        StringBuilder row = new StringBuilder();
        String gates = String.join(
                "; ",
                report.gates().stream()
                        .map(f -> f.claim().id() + " " + Figure.ours(f) + " (" + f.verdict() + ")")
                        .toList());
        row(
                row,
                List.of(
                        "`" + report.study() + "`",
                        report.paper().title(),
                        gates,
                        report.verdict().toString()));
        return row.toString();
    }

    private static void table(StringBuilder page, Outcome.Table table) {
        page.append("\n## ").append(table.title()).append("\n\n");
        row(page, List.copyOf(table.columns()));
        page.append("|---".repeat(table.columns().size())).append("|\n");
        table.rows().forEach(row -> row(page, row.stream().map(Figure::text).toList()));
    }

    private static void row(StringBuilder page, List<String> cells) {
        cells.forEach(cell -> page.append("| ").append(Escape.cell(cell)).append(' '));
        page.append("|\n");
    }
}
