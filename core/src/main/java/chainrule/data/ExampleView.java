package chainrule.data;

import chainrule.text.Detokenizer;
import chainrule.text.Tokenizer;
import java.util.Optional;

/**
 * A row as a reader sees it: its text, special tokens included, with marks around what is only read.
 *
 * @param name what those marks look like
 * @param open stands before a stretch that is not trained
 * @param close stands after it
 */
public record ExampleView(String name, String open, String close) {
    /** What is shown of a stretch that is not trained: half of it from its beginning, half from its end. */
    private static final int MOST = 800;

    /** In the grey of a terminal. */
    static final ExampleView DIMMED = new ExampleView("dim", "\u001b[2m", "\u001b[22m");

    static final ExampleView BRACKETED = new ExampleView("in brackets", "[", "]");

    /** For a place that has colours, or has none. */
    public static ExampleView on(boolean colours) {
        return colours ? DIMMED : BRACKETED;
    }

    /** The first example of a file under a line that says what the marks mean; none where all of its text is trained. */
    public Optional<String> first(TokenFile file, Tokenizer tokenizer) {
        if (!file.masked()) {
            return Optional.empty();
        }
        Windows windows = new Packing.OnePerRow((int) Math.max(1, file.longest() - 1)).windows(Selection.only(file, 0));
        return Optional.of("The first example; what is " + name + " is read, the rest is trained:\n"
                + text(windows.rows(0, 1), 0, tokenizer));
    }

    /** The text of row {@code b}; long stretches that are not trained are shortened. */
    public String text(Rows rows, int b, Tokenizer tokenizer) {
        Detokenizer stream = tokenizer.detokenizer(false);
        StringBuilder all = new StringBuilder();
        StringBuilder stretch = new StringBuilder();
        boolean trained = false;
        for (int i = 0; i < rows.lengths()[b]; i++) {
            boolean now = i > 0 && rows.mask()[b][i - 1];
            if (now != trained) {
                all.append(shown(stretch.toString(), trained));
                stretch.setLength(0);
                trained = now;
            }
            stretch.append(stream.push(rows.ids()[b][i]));
        }
        return all.append(shown(stretch.append(stream.end()).toString(), trained))
                .toString();
    }

    private String shown(String stretch, boolean trained) {
        String text = stretch.replaceAll("[\\p{Cntrl}&&[^\n\t]]", "\uFFFD");
        if (trained || text.isEmpty()) {
            return text;
        }
        if (text.codePointCount(0, text.length()) > MOST) {
            int head = text.offsetByCodePoints(0, MOST / 2);
            int tail = text.offsetByCodePoints(text.length(), -MOST / 2);
            text = text.substring(0, head) + " … " + text.substring(tail);
        }
        return open + text + close;
    }
}
