package chainrule.apps.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Texts in columns, or below each other where columns would be too narrow to read.
 *
 * @param width of the whole, in characters
 * @param colours whether repeated words may be coloured
 */
record SideBySide(int width, boolean colours) {
    private static final int NARROWEST = 32;
    private static final int GAP = 3;
    private static final String RED = "\u001b[31m";
    private static final String BOLD = "\u001b[1m";
    private static final String PLAIN = "\u001b[0m";

    /** A text, and what stands above and below it. */
    record Column(String title, String foot, List<Repeats.Word> words) {}

    /**
     * A piece of a line.
     *
     * @param length as it is seen
     */
    private record Line(String text, int length) {}

    List<String> lines(List<Column> columns) {
        int each = (width - GAP * (columns.size() - 1)) / columns.size();
        if (each < NARROWEST) {
            return columns.stream()
                    .flatMap(c -> new SideBySide(width, colours).lines(List.of(c)).stream())
                    .toList();
        }
        List<List<Line>> all = columns.stream().map(c -> wrapped(c, each)).toList();
        int most = all.stream().mapToInt(List::size).max().orElse(0);
        return IntStream.range(0, most).mapToObj(i -> row(all, i, each)).toList();
    }

    private static String row(List<List<Line>> columns, int number, int each) {
        StringBuilder row = new StringBuilder();
        for (int c = 0; c < columns.size(); c++) {
            Line line = number < columns.get(c).size() ? columns.get(c).get(number) : new Line("", 0);
            row.append(line.text);
            if (c < columns.size() - 1) {
                row.append(" ".repeat(each - line.length + GAP));
            }
        }
        return row.toString().stripTrailing();
    }

    private List<Line> wrapped(Column column, int each) {
        List<Line> lines = new ArrayList<>();
        plain(column.title, each).forEach(t -> lines.add(new Line(colours ? BOLD + t + PLAIN : t, t.length())));
        lines.add(new Line("", 0));
        StringBuilder line = new StringBuilder();
        int length = 0;
        for (Repeats.Word word : column.words) {
            for (String part : cut(word.text(), each)) {
                boolean breaks = length > 0 && (word.lines() > 0 || length + 1 + part.length() > each);
                if (breaks) {
                    lines.add(new Line(line.toString(), length));
                    line.setLength(0);
                    length = 0;
                }
                line.append(length > 0 ? " " : "").append(word.repeated() && colours ? RED + part + PLAIN : part);
                length += part.length() + (length > 0 ? 1 : 0);
            }
        }
        lines.add(new Line(line.toString(), length));
        lines.add(new Line("", 0));
        plain(column.foot, each).forEach(t -> lines.add(new Line(t, t.length())));
        lines.add(new Line("", 0));
        return lines;
    }

    /** Words longer than a line in pieces. */
    private static List<String> cut(String word, int each) {
        return IntStream.iterate(0, i -> i < word.length(), i -> i + each)
                .mapToObj(i -> word.substring(i, Math.min(word.length(), i + each)))
                .toList();
    }

    private static List<String> plain(String text, int each) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            for (String part : cut(word, each)) {
                if (!line.isEmpty() && line.length() + 1 + part.length() > each) {
                    lines.add(line.toString());
                    line.setLength(0);
                }
                line.append(line.isEmpty() ? "" : " ").append(part);
            }
        }
        lines.add(line.toString());
        return lines;
    }
}
