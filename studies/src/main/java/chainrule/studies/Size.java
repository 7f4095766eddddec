package chainrule.studies;

import chainrule.BadInput;
import java.util.Arrays;
import java.util.Locale;

/** How large a study is run. */
public enum Size {
    /** Seconds, on what the repository ships: whether the study runs, not whether the claims hold. */
    SMOKE,
    /** Minutes on two cores, with a small real model and real data. */
    LAPTOP,
    /** As the paper did it, where that is possible. */
    PAPER;

    /** @throws BadInput for another word than {@code smoke}, {@code laptop} or {@code paper} */
    public static Size parse(String word) {
        return Arrays.stream(values())
                .filter(s -> s.toString().equals(word))
                .findFirst()
                .orElseThrow(() -> new BadInput("No size '" + word + "': there are smoke, laptop and paper."));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
