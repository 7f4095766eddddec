package chainrule.studies.page;

import chainrule.studies.Finding;
import chainrule.studies.Outcome;
import chainrule.studies.Report;
import java.util.List;
import java.util.Locale;

/** A report as one page that needs nothing else: claims with verdicts, pictures, tables, texts side by side. */
public final class HtmlPage {
    private static final String STYLE = """
            :root { color-scheme: light dark; }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
            table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: .93rem; }
            th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #8884; vertical-align: top; }
            td.n { text-align: right; font-variant-numeric: tabular-nums; }
            .holds { color: #1a7f37; font-weight: 600; } .fails { color: #cf222e; font-weight: 600; }
            .unclear { color: #9a6700; font-weight: 600; } .small { color: #777; font-size: .9rem; }
            .texts { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem; }
            .texts div { border: 1px solid #8884; border-radius: .4rem; padding: .6rem .8rem; }
            svg { max-width: 45rem; width: 100%; display: block; margin: 1.2rem 0; }
            """;

    private HtmlPage() {}

    public static String of(Report report) {
        Outcome outcome = report.outcome();
        StringBuilder page = new StringBuilder();
        page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(Escape.html(report.paper().title()))
                .append("</title>\n<style>\n")
                .append(STYLE)
                .append("</style></head><body>\n");
        line(page, "h1", report.paper().title());
        page.append("<p>")
                .append(Escape.html(
                        report.paper().authors() + ". " + report.paper().venue() + ". "))
                .append("<a href=\"")
                .append(Escape.html(report.paper().link()))
                .append("\">")
                .append(Escape.html(report.paper().link()))
                .append("</a></p>\n");
        line(page, "p", report.method());
        claims(page, outcome.findings());
        outcome.bars().forEach(bars -> page.append(bars.svg()));
        outcome.tables().forEach(table -> table(page, table));
        outcome.examples().forEach(example -> example(page, example));
        if (!outcome.notes().isEmpty()) {
            line(page, "h2", "Notes");
            outcome.notes().forEach(note -> line(page, "p", note));
        }
        page.append("<p class=\"small\">").append(Escape.html(facts(report))).append("</p>\n</body></html>\n");
        return page.toString();
    }

    /** How the report came about, in a line. */
    static String facts(Report report) {
        return String.format(
                Locale.ROOT,
                "Study %s, size %s, seeds %s, %.0f seconds on %s, commit %s.",
                report.study(),
                report.size(),
                report.outcome().seeds(),
                report.seconds(),
                report.machine(),
                report.commit());
    }

    private static void line(StringBuilder page, String tag, String text) {
        page.append('<').append(tag).append('>').append(Escape.html(text));
        page.append("</").append(tag).append(">\n");
    }

    private static void claims(StringBuilder page, List<Finding> findings) {
        page.append("<table><tr><th>claim</th><th>published</th><th>here</th><th>verdict</th></tr>\n");
        for (Finding f : findings) {
            page.append("<tr><td>").append(Escape.html(f.claim().statement()));
            if (!f.claim().gate()) {
                page.append(" <span class=\"small\">(reported)</span>");
            }
            f.reason()
                    .ifPresent(reason -> page.append("<br><span class=\"small\">")
                            .append(Escape.html(reason))
                            .append("</span>"));
            page.append("</td><td class=\"n\">").append(Figure.published(f)).append("</td><td class=\"n\">");
            page.append(Escape.html(Figure.ours(f)))
                    .append("</td><td class=\"")
                    .append(f.verdict())
                    .append("\">");
            page.append(f.verdict()).append("</td></tr>\n");
        }
        page.append("</table>\n");
    }

    private static void table(StringBuilder page, Outcome.Table table) {
        line(page, "h2", table.title());
        page.append("<table><tr>");
        table.columns().forEach(column -> line(page, "th", column));
        page.append("</tr>\n");
        for (List<Object> row : table.rows()) {
            page.append("<tr>");
            for (Object value : row) {
                page.append(value instanceof Number ? "<td class=\"n\">" : "<td>")
                        .append(Escape.html(Figure.text(value)))
                        .append("</td>");
            }
            page.append("</tr>\n");
        }
        page.append("</table>\n");
    }

    private static void example(StringBuilder page, Outcome.Example example) {
        line(page, "h3", example.beginning() + " ...");
        page.append("<div class=\"texts\">\n");
        for (Outcome.Continuation text : example.texts()) {
            page.append("<div><b>").append(Escape.html(text.by())).append("</b><br>");
            page.append(Escape.html(text.text()).replace("\n", "<br>")).append("</div>\n");
        }
        page.append("</div>\n");
    }
}
