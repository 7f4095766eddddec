package chainrule.studies;

import java.io.IOException;
import java.util.List;

/** A paper's claims and how they are tried. */
public interface Study {
    /** As the command line calls it: kebab-case. */
    String name();

    Paper paper();

    /** Why and how, in two or three sentences: the model, the data, the measures. */
    String method(Size size);

    /** What {@link #run} will say something of, at that size. */
    List<Claim> claims(Size size);

    /**
     * Tries the claims.
     *
     * @throws chainrule.BadInput where a model or data set that it needs is not there
     */
    Outcome run(Size size, Lab lab) throws IOException;
}
