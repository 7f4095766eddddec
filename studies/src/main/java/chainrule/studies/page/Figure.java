package chainrule.studies.page;

import chainrule.studies.Finding;
import java.util.Locale;

/** Numbers as people read them. */
public final class Figure {
    private Figure() {}

    /** Three or four significant digits, without zeros behind the last. */
    static String text(double value) {
        if (!Double.isFinite(value)) {
            return "-";
        }
        double size = Math.abs(value);
        int digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        String text = String.format(Locale.ROOT, "%." + digits + "f", value);
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }

    /** A number or a word. */
    static String text(Object value) {
        return value instanceof Number number && !(value instanceof Integer) && !(value instanceof Long)
                ? text(number.doubleValue())
                : value.toString();
    }

    /** What was measured, with its interval and unit. */
    public static String ours(Finding finding) {
        String interval = finding.interval()
                .map(i -> " (" + text(i.low()) + " to " + text(i.high()) + ")")
                .orElse("");
        String unit = finding.claim().unit();
        return text(finding.ours()) + interval + (unit.isEmpty() ? "" : " " + unit);
    }

    static String published(Finding finding) {
        return finding.claim().published().isPresent()
                ? text(finding.claim().published().getAsDouble())
                : "-";
    }
}
