package chainrule.text.template;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A date and time by a format of C's {@code strftime} in the locale "C", as glibc writes it: {@code %-d} without
 * padding, {@code %_d} padded with spaces, {@code %^a} in upper case.
 */
final class Strftime {
    private final LocalDateTime time;
    private final ZoneId zone;

    Strftime(LocalDateTime time, ZoneId zone) {
        this.time = time;
        this.zone = zone;
    }

    String format(String format) {
        var text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
                continue;
            }
            int start = i++;
            char flag = "-_0^".indexOf(format.charAt(i)) >= 0 && i + 1 < format.length() ? format.charAt(i++) : 0;
            String field = field(format.charAt(i), flag);
            text.append(field == null ? format.substring(start, i + 1) : flag == '^' ? Text.upper(field) : field);
        }
        return text.toString();
    }

    private String number(long value, int width, char padding, char flag) {
        char fill = flag == '_' ? ' ' : flag == '0' ? '0' : padding;
        String digits = Long.toString(value);
        return flag == '-' ? digits : Character.toString(fill).repeat(Math.max(0, width - digits.length())) + digits;
    }

    private @Nullable String field(char code, char flag) {
        return switch (code) {
            case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'c' -> format("%a %b %e %H:%M:%S %Y");
            case 'D', 'x' -> format("%m/%d/%y");
            case 'F' -> format("%Y-%m-%d");
            case 'T', 'X' -> format("%H:%M:%S");
            case 'R' -> format("%H:%M");
            case 'r' -> format("%I:%M:%S %p");
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'P' -> time.getHour() < 12 ? "am" : "pm";
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            // The time has no zone: both are empty, as for Python's naive datetime.
            case 'z', 'Z' -> "";
            default -> numeric(code, flag);
        };
    }

    private @Nullable String numeric(char code, char flag) {
        int hour = time.getHour();
        int day = time.getDayOfYear();
        int weekday = time.getDayOfWeek().getValue();
        return switch (code) {
            case 'Y' -> number(time.getYear(), 1, '0', flag);
            case 'C' -> number(time.getYear() / 100, 2, '0', flag);
            case 'y' -> number(time.getYear() % 100, 2, '0', flag);
            case 'G' -> number(time.get(IsoFields.WEEK_BASED_YEAR), 1, '0', flag);
            case 'g' -> number(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0', flag);
            case 'V' -> number(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0', flag);
            case 'U' -> number((day + 6 - weekday % 7) / 7, 2, '0', flag);
            case 'W' -> number((day + 6 - (weekday + 6) % 7) / 7, 2, '0', flag);
            case 'm' -> number(time.getMonthValue(), 2, '0', flag);
            case 'd' -> number(time.getDayOfMonth(), 2, '0', flag);
            case 'e' -> number(time.getDayOfMonth(), 2, ' ', flag);
            case 'j' -> number(day, 3, '0', flag);
            case 'u' -> number(weekday, 1, '0', flag);
            case 'w' -> number(weekday % 7, 1, '0', flag);
            case 'H' -> number(hour, 2, '0', flag);
            case 'k' -> number(hour, 2, ' ', flag);
            case 'I' -> number((hour + 11) % 12 + 1, 2, '0', flag);
            case 'l' -> number((hour + 11) % 12 + 1, 2, ' ', flag);
            case 'M' -> number(time.getMinute(), 2, '0', flag);
            case 'S' -> number(time.getSecond(), 2, '0', flag);
            case 'f' -> number(time.getNano() / 1000, 6, '0', flag);
            case 's' -> Long.toString(time.atZone(zone).toEpochSecond());
            default -> null;
        };
    }
}
