package chainrule.apps.cli;

import chainrule.apps.cli.Compare.Written;
import chainrule.decode.Token;
import chainrule.decode.Weighed;
import chainrule.studies.page.Escape;
import chainrule.text.Tokenizer;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Texts side by side as one page that needs nothing else: every token with its probability and the best in its place. */
final class ComparisonPage {
    private static final String HEAD = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Continuations</title>
            <style>
            :root { color-scheme: light dark; }
            body { font: 16px/1.6 system-ui, sans-serif; margin: 2rem; }
            .texts { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.2rem; }
            .texts > div { border: 1px solid #8884; border-radius: .4rem; padding: .8rem 1rem; }
            .t { white-space: pre-wrap; border-radius: .15rem; position: relative; }
            .t:hover { outline: 1px solid #888; }
            .t .c { display: none; position: absolute; left: 0; top: 1.6em; z-index: 1; background: Canvas; border: 1px solid #888;
              border-radius: .3rem; padding: .3rem .6rem; font: .8rem/1.5 ui-monospace, monospace; white-space: pre; }
            .t:hover .c { display: block; }
            .turned { border-bottom: 2px solid #1f77b4; }
            .small { color: #777; font-size: .9rem; }
            </style></head><body>
            """;

    private ComparisonPage() {}

    static String of(String beginning, List<Written> all, Tokenizer tokenizer) {
        StringBuilder page = new StringBuilder(HEAD);
        page.append(
                "<p class=\"small\">The darker a token, the less probable the model found it; underlined where the method's penalty"
                        + " turned it away from the likeliest. Hover for the candidates and what they paid.</p>\n<h3>");
        page.append(Escape.html(beginning)).append(" ...</h3>\n<div class=\"texts\">\n");
        for (Written written : all) {
            page.append("<div><b>").append(Escape.html(written.method())).append("</b><p>");
            written.result().tokens().forEach(token -> token(page, token, tokenizer));
            page.append("</p><span class=\"small\">")
                    .append(Escape.html(written.measures()))
                    .append("</span></div>\n");
        }
        return page.append("</div>\n</body></html>\n").toString();
    }

    private static void token(StringBuilder page, Token token, Tokenizer tokenizer) {
        double p = Math.exp(token.logprob().orElse(0));
        page.append(String.format(
                Locale.ROOT,
                "<span class=\"t%s\" style=\"background:rgba(209,73,91,%.2f)\">",
                turned(token) ? " turned" : "",
                0.5 * (1 - p)));
        page.append(Escape.html(tokenizer.decode(new int[] {token.id()}, true)));
        page.append("<span class=\"c\">").append(line(token.id(), p, tokenizer)).append('\n');
        if (token.weighed().isEmpty()) {
            for (Token.Alternative other : token.alternatives()) {
                page.append('\n').append(line(other.id(), Math.exp(other.logprob()), tokenizer));
            }
        } else {
            page.append("\n<i>  score  probab.  penalty</i>");
            token.weighed().stream()
                    .sorted(Comparator.comparingDouble(Weighed::score).reversed())
                    .forEach(w -> page.append('\n').append(line(w, tokenizer)));
        }
        page.append("</span></span>");
    }

    /** Whether a penalty turned the text away from its most probable continuation. */
    private static boolean turned(Token token) {
        return token.weighed().stream()
                .max(Comparator.comparingDouble(Weighed::probability))
                .filter(likeliest -> likeliest.id() != token.id())
                .isPresent();
    }

    private static String line(Weighed w, Tokenizer tokenizer) {
        return String.format(
                Locale.ROOT,
                "%7.3f  %5.1f %%  %7.3f  %s",
                w.score(),
                100 * w.probability(),
                w.penalty(),
                text(w.id(), tokenizer));
    }

    private static String line(int id, double p, Tokenizer tokenizer) {
        return String.format(Locale.ROOT, "%5.1f %%  %s", 100 * p, text(id, tokenizer));
    }

    private static String text(int id, Tokenizer tokenizer) {
        return Escape.html(tokenizer.decode(new int[] {id}, false).replace("\n", "\\n"));
    }
}
