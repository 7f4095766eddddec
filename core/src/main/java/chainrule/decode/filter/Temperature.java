package chainrule.decode.filter;

import chainrule.BadInput;

/** Divides the scores: below 1 the distribution sharpens, above 1 it flattens. */
public record Temperature(double temperature) implements Filter {
    public Temperature {
        if (!(temperature > 0)) {
            throw new BadInput("The temperature must be above 0, not " + temperature + ".");
        }
    }

    @Override
    public void apply(float[] scores) {
        float by = (float) temperature;
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= by;
        }
    }
}
