"""The 20 classes of LIP (Look Into Person, Gong et al. 2017), as SCHP numbers them."""

from enum import IntEnum


class Lip(IntEnum):
    """A label's class. Left and right are the person's own."""

    BACKGROUND = 0
    HAT = 1
    HAIR = 2
    GLOVE = 3
    SUNGLASSES = 4
    UPPER_CLOTHES = 5
    DRESS = 6
    COAT = 7
    SOCKS = 8
    PANTS = 9
    JUMPSUITS = 10
    SCARF = 11
    SKIRT = 12
    FACE = 13
    LEFT_ARM = 14
    RIGHT_ARM = 15
    LEFT_LEG = 16
    RIGHT_LEG = 17
    LEFT_SHOE = 18
    RIGHT_SHOE = 19


# LIP has no class for bare skin of the neck, chest and belly. Here it is the face's; where the face itself ends, the
# chin tells (`models.parsing.skeleton`).
TORSO_SKIN = Lip.FACE
