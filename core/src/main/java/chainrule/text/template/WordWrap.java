package chainrule.text.template;

import chainrule.text.template.Value.None;
import java.util.ArrayList;
import java.util.List;

/**
 * Paragraphs broken into lines of a width, at white space and behind hyphens within words. Source: the behaviour of
 * Python's textwrap module.
 */
final class WordWrap {
    private final long width;
    private final boolean breakLongWords;
    private final boolean breakOnHyphens;

    private WordWrap(long width, boolean breakLongWords, boolean breakOnHyphens) {
        this.width = width;
        this.breakLongWords = breakLongWords;
        this.breakOnHyphens = breakOnHyphens;
    }

    /** The filter's arguments: text, width, break_long_words, wrapstring, break_on_hyphens. */
    static Object wrap(Evaluator e, Object[] a) {
        String text = Values.text(a[0]);
        long width = Arithmetic.index(a[1]);
        if (text == null || width <= 0) {
            throw new TemplateException(
                    text == null
                            ? "'" + Values.typeName(a[0]) + "' object has no attribute 'splitlines'"
                            : "invalid width " + width + " (must be > 0)");
        }
        var wrap = new WordWrap(width, Values.isTrue(a[2]), Values.isTrue(a[4]));
        var lines = new ArrayList<Object>();
        for (Object paragraph : Text.lines(text, false)) {
            e.budget().elements(((String) paragraph).length());
            List<Object> wrapped = wrap.lines((String) paragraph);
            lines.add(e.join(a[3] == None.NONE ? "\n" : a[3], wrapped));
        }
        return e.join(a[3] == None.NONE ? "\n" : a[3], lines);
    }

    private List<Object> lines(String paragraph) {
        List<String> chunks = chunks(paragraph);
        var lines = new ArrayList<Object>();
        int next = 0;
        while (next < chunks.size()) {
            if (isBlank(chunks.get(next)) && !lines.isEmpty()) {
                next++;
                continue;
            }
            var line = new StringBuilder();
            long length = 0;
            while (next < chunks.size() && length + Text.length(chunks.get(next)) <= width) {
                line.append(chunks.get(next));
                length += Text.length(chunks.get(next++));
            }
            // A long word behind a full line keeps the white space at the line's end.
            boolean full = false;
            if (next < chunks.size() && Text.length(chunks.get(next)) > width) {
                full = breakLongWords && length == width;
                String word = chunks.get(next);
                int room = breakLongWords ? (int) (width - length) : length == 0 ? Text.length(word) : 0;
                line.append(Text.substring(word, 0, room));
                chunks.set(next, Text.substring(word, room, Text.length(word)));
            }
            String text = full ? line.toString() : Text.strip(line.toString(), null, false, true);
            if (!text.isEmpty()) {
                lines.add(text);
            }
            while (next < chunks.size() && chunks.get(next).isEmpty()) {
                next++;
            }
        }
        return lines;
    }

    private static boolean isBlank(String chunk) {
        return !chunk.isEmpty() && Text.isSpace(chunk.charAt(0));
    }

    /** Words, parts of words up to a hyphen, and white space between. */
    private List<String> chunks(String paragraph) {
        var chunks = new ArrayList<String>();
        int start = 0;
        for (int i = 1; i <= paragraph.length(); i++) {
            boolean end = i == paragraph.length()
                    || Text.isSpace(paragraph.charAt(i)) != Text.isSpace(paragraph.charAt(i - 1))
                    || (breakOnHyphens && isHyphen(paragraph, i - 1));
            if (end) {
                chunks.add(paragraph.substring(start, i));
                start = i;
            }
        }
        return chunks;
    }

    private static boolean isHyphen(String s, int i) {
        return s.charAt(i) == '-'
                && i >= 2
                && Character.isLetter(s.charAt(i - 1))
                && Character.isLetter(s.charAt(i - 2))
                && i + 2 < s.length()
                && Character.isLetter(s.charAt(i + 1))
                && Character.isLetter(s.charAt(i + 2));
    }
}
